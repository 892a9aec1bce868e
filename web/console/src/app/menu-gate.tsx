import { createContext, useContext, type ReactNode } from 'react'
import { NotFound } from './page-error'

/** The menu keys that the signed-in person sees. */
export const MenuKeysContext = createContext<ReadonlySet<string>>(new Set())

/** Tells whether the signed-in person sees the page of a menu key. */
export function useSees(): (menu: string) => boolean {
  const keys = useContext(MenuKeysContext)
  return (menu) => keys.has(menu)
}

/** Opens a page only when its menu entry is visible; a hidden one is as good as none. */
export function MenuGate({ menu, children }: { menu: string; children: ReactNode }) {
  return useSees()(menu) ? children : <NotFound />
}
