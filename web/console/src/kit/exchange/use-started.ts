import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useContext } from 'react'
import { OwnerContext } from '../owner'

function read(address: string): string[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(address) ?? '[]') as unknown
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []
  } catch { return [] }
}

/** The exports of a kind that were started in this tab and are still shown above the list; they outlive a reload. */
export function useStarted(kind: string) {
  const owner = useContext(OwnerContext)
  const queries = useQueryClient()
  const address = `zhibu.exports.${owner}.${kind}`
  const queryKey = ['exports', 'started', owner, kind]
  const { data = [] } = useQuery({ queryKey, queryFn: () => read(address), staleTime: Infinity, initialData: () => read(address) })
  const put = (change: (ids: string[]) => string[]) => {
    const next = change(read(address))
    try { sessionStorage.setItem(address, JSON.stringify(next)) } catch { /* only until the next reload then */ }
    queries.setQueryData(queryKey, next)
  }
  return {
    started: data,
    add: (id: string) => put((ids) => [id, ...ids.filter((one) => one !== id)]),
    drop: (id: string) => put((ids) => ids.filter((one) => one !== id)),
  }
}
