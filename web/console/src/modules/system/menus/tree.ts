import type { ConsoleMenuFieldsFragment } from '@zhibu/api'

/** A menu with its switch. */
export type Switched = ConsoleMenuFieldsFragment

/** What stands directly in a group, or at the top. */
export const below = (menus: readonly Switched[], parent: string | null): Switched[] => menus.filter((menu) => menu.parentKey === parent)

/** The pages that a menu hides when it is switched off, itself included when it is one. */
export function pagesIn(menus: readonly Switched[], menu: Switched): Switched[] {
  return menu.kind === 'PAGE' ? [menu] : below(menus, menu.key).flatMap((child) => pagesIn(menus, child))
}

/** The nearest group above that is switched off, which hides a menu whatever its own switch says. */
export function hiddenBy(menus: readonly Switched[], menu: Switched): Switched | undefined {
  const parent = menus.find(({ key }) => key === menu.parentKey)
  return parent && (parent.on ? hiddenBy(menus, parent) : parent)
}
