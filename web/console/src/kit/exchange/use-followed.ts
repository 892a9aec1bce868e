import type { TypedDocumentString } from '@zhibu/api'
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLive } from '../../net/live'

/** Work in the background that goes from state to state: how it is asked for and watched. */
export interface Followed<Row, Result> {
  key: readonly unknown[]
  load: (signal?: AbortSignal) => Promise<Row>
  watch: TypedDocumentString<Result, { id: string }>
  pick: (data: Result) => Row
  running: (row: Row) => boolean
  /** Called when it has come to rest since it was first seen. */
  settled?: (row: Row) => void
}

/** The newest of some background work, live while it runs; also whether it cannot be heard at present. */
export function useFollowed<Row extends { id: string; state: string }, Result>(id: string, work: Followed<Row, Result>): { query: UseQueryResult<Row>; deaf: boolean } {
  const queries = useQueryClient()
  const query = useQuery<Row>({ queryKey: work.key, queryFn: ({ signal }) => work.load(signal) })
  const { data } = query
  const latest = useRef(work)
  latest.current = work
  const { event, failure } = useLive<Row, Result, { id: string }>(data && work.running(data) ? `${id} ${data.state}` : null, {
    document: work.watch,
    variables: { id },
    pick: work.pick,
    poll: () => work.load(),
    done: (row) => !work.running(row),
  })
  useEffect(() => {
    if (event) queries.setQueryData(latest.current.key, event)
  }, [event, queries])
  // Short work is over before anything is heard of it: what counts is that the state has changed, however that became known.
  const before = useRef(data?.state)
  useEffect(() => {
    if (!data || data.state === before.current) return
    const seen = before.current !== undefined
    before.current = data.state
    if (seen && !latest.current.running(data)) latest.current.settled?.(data)
  }, [data])
  return { query, deaf: failure !== null }
}
