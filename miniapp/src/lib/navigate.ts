import Taro from '@tarojs/taro'

import { keep, recall } from './storage'

const TABS = ['/pages/home/index', '/pages/party/index', '/pages/study/index', '/pages/me/index']
/** Pages that are opened by links: of the code on a screen, of a message of the platform. */
const LINKS = ['/pkg-meeting/sign/index', '/pkg-message/message/index']

/** Opens a page; a tab is switched to. */
export function open(path: string): void {
  if (TABS.includes(path)) void Taro.switchTab({ url: path })
  else void Taro.navigateTo({ url: path })
}

/** One page back; the first page of a shared link leads home, or to where it belongs. */
export function back(otherwise?: string): void {
  if (Taro.getCurrentPages().length > 1) void Taro.navigateBack()
  else if (otherwise) void Taro.redirectTo({ url: otherwise })
  else void Taro.switchTab({ url: TABS[0] as string })
}

let leading = false

/** Where somebody wanted to go when they had to sign in first. */
const WANTED = 'wanted'
/** A code is for now: who signs in an hour later has come for something else. */
const LIFE = 30 * 60_000
interface Wanted { at: number; path: string }

/** To the sign-in, once, however many requests were refused; afterwards on to the page of a link. */
export function goLogin(): void {
  if (leading) return
  leading = true
  const path = here()
  if (path) keep(WANTED, { at: Date.now(), path } satisfies Wanted)
  void Taro.reLaunch({ url: '/pages/login/index', complete: () => { leading = false } })
}

/** The page of a link that was opened from outside; none when somebody was on a way of their own. */
function here(): string | null {
  const router = Taro.getCurrentInstance().router
  const path = router?.path.split('?')[0] ?? ''
  if (Taro.getCurrentPages().length > 1 || !LINKS.includes(path)) return null
  const params = Object.entries(router?.params ?? {}).filter(([name]) => !name.startsWith('$') && name !== 'stamp')
  return `${path}?${params.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')}`
}

/** To the home page, with nothing to go back to. */
export const goHome = (): void => { void Taro.switchTab({ url: TABS[0] as string }) }

/** After the sign-in: to the page of the link by which somebody came, else home. */
export function goOn(): void {
  const wanted = recall<Wanted>(WANTED)
  keep(WANTED, null)
  if (wanted && Date.now() - wanted.at < LIFE) void Taro.redirectTo({ url: wanted.path })
  else goHome()
}

/** What the address of this page says: `id` of `…/index?id=7`. */
export const asked = (name: string): string | null => Taro.getCurrentInstance().router?.params[name] ?? null
