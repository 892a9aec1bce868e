import { RequestError } from '@zhibu/api/errors'
import { MiniRefreshCookieDocument, MiniRefreshDocument, MiniSignInDocument } from '@zhibu/api/documents/mini-session'
import { isWeb, loginCode, platform } from '@/platform'
import { goHome, goLogin } from './navigate'
import { post } from './post'
import { enter, leave, session } from './session'
import { tokens } from './tokens'

let running: Promise<boolean> | null = null

/** Gets a lost session back, once for all who wait; else leads to the sign-in and throws the cause. */
export async function recover(cause: unknown): Promise<void> {
  running ??= regain().finally(() => { running = null })
  if (await running) return
  leave()
  goLogin()
  throw cause
}

/** By the refresh token, else by the platform's own sign-in. An outage ends no session: it is thrown. */
async function regain(): Promise<boolean> {
  if (await refreshed()) return true
  const given = isWeb ? null : await loginCode().catch(() => null)
  if (!given) return false
  const before = session.get()
  const { system } = await post(MiniSignInDocument, { input: { platform, ...given, again: false } })
  if (!enter(system.miniSignIn)) return false
  if (!before || before.account.id === session.get()?.account.id) return true
  // Another tenant was chosen on another phone: what was asked here is not repeated there.
  goHome()
  throw new RequestError('SWITCHED', '您已切换到其他组织，请核对后重新操作')
}

async function refreshed(): Promise<boolean> {
  try {
    if (isWeb) return (await post(MiniRefreshCookieDocument, {})).system.refresh
    const token = tokens.refresh()
    if (!token) return false
    tokens.set((await post(MiniRefreshDocument, { token })).system.miniRefresh)
    return true
  } catch (cause) {
    if (cause instanceof RequestError && (cause.code === 'UNAUTHENTICATED' || cause.code === 'INVALID')) return false
    throw cause
  }
}
