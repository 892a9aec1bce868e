import { RefreshSessionDocument } from '@zhibu/api'
import { RequestError } from './errors'
import { post } from './post'
import { currentRealm, type Realm } from './realm'

let signedIn = false
let refreshing: Promise<boolean> | null = null
let asking: { promise: Promise<void>; resolve: () => void; reject: (cause: unknown) => void } | null = null
const listeners = new Set<() => void>()

/** Says whether this page holds a session, so that a lost one is asked for again instead of reported. */
export function setSignedIn(value: boolean): void {
  signedIn = value
}

/** Whether a lost session is worth getting back. */
export const isSignedIn = (): boolean => signedIn

/** Exchanges the refresh cookie for a new session, once for all who wait. */
export function refreshOnce(realm: Realm = currentRealm()): Promise<boolean> {
  refreshing ??= refreshAlone(realm).finally(() => { refreshing = null })
  return refreshing
}

/** Refresh tokens work once: of several tabs one refreshes, the others wait and use its cookies. */
async function refreshAlone(realm: Realm): Promise<boolean> {
  const key = `zhibu.refreshed.${realm}`
  const asked = Date.now()
  const refresh = async () => {
    if (Number(localStorage.getItem(key)) >= asked) return true
    const done = await post(RefreshSessionDocument, {}, realm).then((data) => data.system.refresh, (cause: unknown) => {
      // An outage does not end a session: only the server's word does.
      if (cause instanceof RequestError && cause.code === 'UNAUTHENTICATED') return false
      throw cause
    })
    if (done) localStorage.setItem(key, String(Date.now()))
    return done
  }
  // Web Locks exist on HTTPS and localhost only.
  return 'locks' in navigator ? navigator.locks.request(key, refresh) : refresh()
}

/** Gets the session back: by refreshing, else by the person at the dialog. Resolves when requests may go on. */
export async function recover(realm: Realm): Promise<void> {
  if (await refreshOnce(realm)) return
  if (!asking) {
    let resolve = () => {}
    let reject: (cause: unknown) => void = () => {}
    const promise = new Promise<void>((yes, no) => { resolve = yes; reject = no })
    asking = { promise, resolve, reject }
    listeners.forEach((tell) => tell())
  }
  return asking.promise
}

/** For the dialog: whether it must be open. */
export const isAsking = (): boolean => asking !== null

/** For the dialog: the person signed in again (no cause) or gave up (the cause). */
export function settle(cause?: unknown): void {
  const waiting = asking
  asking = null
  if (cause === undefined) waiting?.resolve()
  else waiting?.reject(cause)
  listeners.forEach((tell) => tell())
}

/** For the dialog: be told when it must open or close. */
export function onAsking(tell: () => void): () => void {
  listeners.add(tell)
  return () => { listeners.delete(tell) }
}
