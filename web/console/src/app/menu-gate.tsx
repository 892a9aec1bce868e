import { createContext, useContext, type ReactNode } from 'react'
import { PermissionContext } from '../kit/permissions'
import { NotFound } from './page-error'

/** The menu keys that the signed-in person sees. */
export const MenuKeysContext = createContext<ReadonlySet<string>>(new Set())

/** Tells whether the signed-in person sees the page of a menu key. */
export function useSees(): (menu: string) => boolean {
  const keys = useContext(MenuKeysContext)
  return (menu) => keys.has(menu)
}

/** Opens a page only when its menu entry is visible and its permission is held; a hidden one is as good as none. */
export function MenuGate({ menu, perm, children }: { menu: string; perm: string | undefined; children: ReactNode }) {
  const sees = useSees()(menu)
  const held = useContext(PermissionContext)
  return sees && (perm === undefined || held.has(perm)) ? children : <NotFound />
}
