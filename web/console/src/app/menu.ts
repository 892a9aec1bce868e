import type { MenuKind } from '@zhibu/api'

/** A menu entry as the session lists it. */
export interface FlatMenu { key: string; parentKey: string | null; label: string; kind: MenuKind }

/** A menu entry with what hangs below it. */
export interface MenuNode { key: string; label: string; path?: string; children: MenuNode[] }

/** The menu as a tree: pages without a screen here are left out, and groups that become empty with them. */
export function menuTree(menus: readonly FlatMenu[], pathOf: (key: string) => string | undefined): MenuNode[] {
  const below = (parent: string | null): MenuNode[] => menus
    .filter((menu) => menu.parentKey === parent)
    .flatMap((menu): MenuNode[] => {
      if (menu.kind === 'PAGE') {
        const path = pathOf(menu.key)
        return path === undefined ? [] : [{ key: menu.key, label: menu.label, path, children: [] }]
      }
      const children = below(menu.key)
      return children.length === 0 ? [] : [{ key: menu.key, label: menu.label, children }]
    })
  return below(null)
}

/** The entries from the top down to one key; empty when the menu does not hold it. */
export function trailTo(menus: readonly FlatMenu[], key: string): FlatMenu[] {
  const menu = menus.find((one) => one.key === key)
  if (!menu) return []
  return [...(menu.parentKey ? trailTo(menus, menu.parentKey) : []), menu]
}

/** All pages of a menu tree, in order. */
export const pagesOf = (nodes: MenuNode[]): MenuNode[] => nodes.flatMap((node) => (node.path ? [node] : pagesOf(node.children)))
