import { useEffect, useMemo, useState } from 'react'
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

/**
 * Whether a text holds what must not stand in an address, which histories, proxies and screenshots keep: an identity
 * number, a mobile number or an activation code. One with a digit too few or too many is no less private.
 */
export function isPrivate(text: string): boolean {
  const plain = text.normalize('NFKC').replace(/[\s\-‐–—]/g, '')
  return /\d{11}/.test(plain) || (/^[0-9A-Z]{16}$/i.test(plain) && /\d/.test(plain))
}

type Filter = ListState['filter']

/** What of a filter may stand in the address, and what stays on the page only; `typed` are the fields of free text. */
export function withhold(filter: Filter, typed: readonly string[]): { open: Filter; kept: Filter } {
  const [open, kept]: [Filter, Filter] = [{}, {}]
  for (const [field, text] of Object.entries(filter)) (typed.includes(field) && isPrivate(text) ? kept : open)[field] = text
  return { open, kept }
}

/** The state of the list on this page, and how to change it. Private text among the `typed` fields is kept out of the address. */
export function useListState(fields: readonly string[], typed: readonly string[]): [ListState, (change: Partial<ListState>) => void] {
  const [params, setParams] = useSearchParams()
  const [kept, setKept] = useState<Filter>({})
  const state = useMemo(() => {
    const read = readListState(params, fields)
    return { ...read, filter: { ...read.filter, ...kept } }
  }, [params, fields, kept])
  const change = (next: Partial<ListState>, replace = false) => {
    const split = next.filter && withhold(next.filter, typed)
    if (split) setKept(split.kept)
    setParams((now) => writeListState(now, fields, { ...readListState(now, fields), ...next, ...(split ? { filter: split.open } : {}) }), { replace })
  }
  // An old bookmark may still hold such a number.
  useEffect(() => {
    const { filter } = readListState(params, fields)
    if (Object.keys(withhold(filter, typed).kept).length > 0) change({ filter: { ...filter, ...kept } }, true)
  // Only what comes by the address is looked at.
  }, [params])
  return [state, change]
}
