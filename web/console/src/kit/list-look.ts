import { useContext, useState } from 'react'
import { OwnerContext } from './owner'

/** How tightly rows are set. */
export type Density = 'small' | 'medium' | 'large'

/** Which columns a person hid and how dense the rows are. */
export interface Look { hidden: string[]; density: Density }

/** The look of a list, kept in this browser per person. */
export function useLook(list: string, hiddenFirst: string[]): [Look, (look: Look) => void] {
  const key = `zhibu.list.${useContext(OwnerContext)}.${list}`
  const [look, setLook] = useState<Look>(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Look | null
      if (kept && Array.isArray(kept.hidden)) return kept
    } catch { /* unreadable settings are no settings */ }
    return { hidden: hiddenFirst, density: 'medium' }
  })
  return [look, (next) => {
    setLook(next)
    try { localStorage.setItem(key, JSON.stringify(next)) } catch { /* the list works without */ }
  }]
}
