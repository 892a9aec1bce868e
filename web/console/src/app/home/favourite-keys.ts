import type { MenuNode } from '../menu'

/** Query key of the chosen pages. */
export const FAVOURITES = ['favourites'] as const

/** As many pages as may be chosen. */
export const MOST = 12

/** The chosen pages in their order; while none is chosen, the first of all, daily work before settings. */
export function firstChoice(keys: readonly string[], pages: readonly MenuNode[]): MenuNode[] {
  const chosen = keys.flatMap((key) => pages.find((page) => page.key === key) ?? [])
  const setting = (page: MenuNode) => page.key.startsWith('system.')
  const usual = [...pages.filter((page) => !setting(page)), ...pages.filter(setting)]
  return chosen.length > 0 ? chosen : usual.slice(0, MOST)
}

/** The keys with one moved a step towards the start (-1) or the end (1), as far as there is one. */
export function moved(keys: readonly string[], key: string, step: -1 | 1): string[] {
  const from = keys.indexOf(key)
  const to = from + step
  if (from < 0 || to < 0 || to >= keys.length) return [...keys]
  const rest = keys.filter((one) => one !== key)
  return [...rest.slice(0, to), key, ...rest.slice(to)]
}
