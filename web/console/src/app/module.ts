import type { ComponentType } from 'react'

/** A lazily loaded page file. */
export type LoadPage = () => Promise<{ default: ComponentType }>

/** The screen of a menu key, with the further screens that open from it; those with a permission only for who holds it. */
export interface PageDefinition { path: string; load: LoadPage; inner?: { path: string; load: LoadPage; perm?: string }[] }

/** What a module adds to the consoles: screens keyed by menu key. */
export interface Module { name: string; tenant: Record<string, PageDefinition>; operator: Record<string, PageDefinition> }
