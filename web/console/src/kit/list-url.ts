import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

/** What a list shows, as the address bar holds it. */
export interface ListState { page: number; size: number; sort?: string; filter: Record<string, string> }

/** Page sizes on offer. */
export const PAGE_SIZES = [10, 20, 50, 100]

/** Reads a list's state from the address; anything unusable counts as absent. */
export function readListState(params: URLSearchParams, fields: readonly string[]): ListState {
  const page = Number(params.get('page'))
  const size = Number(params.get('size'))
  const filter: Record<string, string> = {}
  for (const field of fields) {
    const value = params.get(field)
    if (value) filter[field] = value
  }
  const sort = params.get('sort')
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    size: PAGE_SIZES.includes(size) ? size : 20,
    filter,
    ...(sort ? { sort } : {}),
  }
}

/** Writes a list's state into the address and leaves everything else there alone. */
export function writeListState(params: URLSearchParams, fields: readonly string[], state: ListState): URLSearchParams {
  const next = new URLSearchParams(params)
  const put = (key: string, value: string | undefined) => (value ? next.set(key, value) : next.delete(key))
  put('page', state.page > 1 ? String(state.page) : undefined)
  put('size', state.size === 20 ? undefined : String(state.size))
  put('sort', state.sort)
  for (const field of fields) put(field, state.filter[field])
  return next
}

/** The state of the list on this page, and how to change it. */
export function useListState(fields: readonly string[]): [ListState, (change: Partial<ListState>) => void] {
  const [params, setParams] = useSearchParams()
  const state = useMemo(() => readListState(params, fields), [params, fields])
  return [state, (change) => setParams((now) => writeListState(now, fields, { ...readListState(now, fields), ...change }))]
}
