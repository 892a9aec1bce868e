import { createContext, useContext, type ReactNode } from 'react'

/** The permission keys of whoever is signed in. */
export const PermissionContext = createContext<ReadonlySet<string>>(new Set())

/** Whether the signed-in person holds a permission. The server decides; this only hides what it would refuse. */
export const usePermission = (permission: string): boolean => useContext(PermissionContext).has(permission)

/** Shows its children only to those who hold the permission. */
export function Can({ perm, children }: { perm: string; children: ReactNode }) {
  return usePermission(perm) ? children : null
}
