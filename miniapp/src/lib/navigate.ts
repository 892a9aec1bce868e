import Taro from '@tarojs/taro'

const TABS = ['/pages/home/index', '/pages/party/index', '/pages/study/index', '/pages/me/index']

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

/** To the sign-in, once, however many requests were refused. */
export function goLogin(): void {
  if (leading) return
  leading = true
  void Taro.reLaunch({ url: '/pages/login/index', complete: () => { leading = false } })
}

/** To the home page, with nothing to go back to. */
export const goHome = (): void => { void Taro.switchTab({ url: TABS[0] as string }) }

/** What the address of this page says: `id` of `…/index?id=7`. */
export const asked = (name: string): string | null => Taro.getCurrentInstance().router?.params[name] ?? null
