import Taro, { useDidShow } from '@tarojs/taro'
import { MiniUnreadDocument } from '@zhibu/api/documents/mini-unread'
import { asRequestError } from '@zhibu/api/errors'
import { useEffect } from 'react'
import { ask } from './ask'
import { session } from './session'
import { signal, useSignal } from './signal'

/** How many messages wait, and whose they are; none: not known, or the tenant has no messages. */
const counted = signal<{ account: string; count: number | null } | null>(null)
const ME = 3
/** A tab that is shown again at once does not ask again. */
const REST = 3_000
let last = 0

/** Notes what the server says, also on the tab 我的. */
export function noteUnread(count: number | null): void {
  const account = session.get()?.account.id
  if (!account) return
  counted.set({ account, count })
  badge(count ?? 0)
}

/** The number on the tab; not every platform has one there, and none has while another page is shown. */
function badge(count: number): void {
  const told = count ? Taro.setTabBarBadge?.({ index: ME, text: count > 99 ? '99+' : String(count) }) : Taro.removeTabBarBadge?.({ index: ME })
  void Promise.resolve(told).catch(() => undefined)
}

/** Asks how many wait. Nobody is told when that fails: it is no reason to disturb a page. */
async function count(): Promise<void> {
  const account = session.get()?.account.id
  const known = counted.get()
  if (!account || Date.now() - last < REST) return
  // A tenant without messages is asked once.
  if (known?.account === account && known.count === null) return
  last = Date.now()
  try {
    noteUnread((await ask(MiniUnreadDocument, {})).messaging.unread)
  } catch (cause) {
    if (!['NETWORK', 'UNAVAILABLE', 'TOO_MANY', 'UNAUTHENTICATED'].includes(asRequestError(cause).code)) noteUnread(null)
  }
}

/** For the tabs: how many messages wait, looked at whenever the tab is shown. */
export function useUnread(): number | null {
  const known = useSignal(counted)
  const who = useSignal(session)
  // The tab may be shown before it is known who looks at it.
  useEffect(() => { void count() }, [who])
  useDidShow(() => {
    badge(known?.count ?? 0)
    void count()
  })
  return known && known.account === who?.account.id ? known.count : null
}
