import Taro, { useDidShow, usePullDownRefresh, useReachBottom } from '@tarojs/taro'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask } from './ask'

let written = 0

/** To be called after each write: pages that are shown again ask again. */
export const noteWrite = (): void => { written += 1 }

/** What a page knows of its question. */
export interface Answer<Result> { data: Result | null; failure: unknown; busy: boolean; reload: () => Promise<void> }

/** The one question of a screen; asked again by pulling down, and when something was written meanwhile. */
export function useQuery<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables, on = true): Answer<Result> {
  const [state, setState] = useState<Omit<Answer<Result>, 'reload'>>({ data: null, failure: null, busy: on })
  const key = JSON.stringify(variables)
  const turn = useRef(0)
  const seen = useRef(written)
  const reload = useCallback(async () => {
    if (!on) return
    const mine = ++turn.current
    seen.current = written
    setState((before) => ({ ...before, busy: true }))
    try {
      const data = await ask(document, JSON.parse(key) as Variables)
      if (mine === turn.current) setState({ data, failure: null, busy: false })
    } catch (failure) {
      if (mine === turn.current) setState((before) => ({ ...before, failure, busy: false }))
    }
  }, [document, key, on])
  useEffect(() => {
    void reload()
    return () => { turn.current += 1 }
  }, [reload])
  useDidShow(() => { if (seen.current !== written) void reload() })
  usePullDownRefresh(() => { void reload().finally(() => Taro.stopPullDownRefresh()) })
  return { ...state, reload }
}

/** Rows of a page of a list, as the server's connections give them. */
export interface Rows<Row> { nodes: Row[]; hasNext: boolean; end?: string | null }

/** A list that grows by reaching its end; at most twenty rows at a time. */
export function useList<Result, Variables extends { first?: number | null; after?: string | null }, Row>(
  document: TypedDocumentString<Result, Variables>, variables: Omit<Variables, 'first' | 'after'>, pick: (data: Result) => Rows<Row>,
) {
  const [more, setMore] = useState<Rows<Row>[]>([])
  const [growing, setGrowing] = useState(false)
  const [fault, setFault] = useState<unknown>(null)
  const first = useQuery(document, { ...variables, first: 20 } as unknown as Variables)
  const key = JSON.stringify(variables)
  const pages = first.data ? [pick(first.data), ...more] : []
  const last = pages[pages.length - 1]
  useEffect(() => setMore([]), [first.data, key])
  const grow = async () => {
    if (growing || first.busy || !last?.hasNext) return
    setGrowing(true)
    setFault(null)
    try {
      const data = await ask(document, { ...variables, first: 20, after: last.end } as unknown as Variables)
      setMore((before) => [...before, pick(data)])
    } catch (cause) {
      setFault(cause)
    }
    setGrowing(false)
  }
  useReachBottom(() => { void grow() })
  return { ...first, rows: pages.flatMap((page) => page.nodes), growing, fault, grow, ended: Boolean(last && !last.hasNext) }
}
