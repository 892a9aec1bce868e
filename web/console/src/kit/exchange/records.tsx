import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { EmptyState, ErrorState, Loading } from '../states'

interface Batch<Row> { nodes: Row[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }

interface RecordsProps<Row> {
  name: readonly unknown[]
  label: string
  empty: string
  load: (after: string | null, signal: AbortSignal) => Promise<Batch<Row>>
  row: (row: Row) => ReactNode
}

/** One's own records, newest first, with the older ones on request. */
export function Records<Row extends { id: string }>({ name, label, empty, load, row }: RecordsProps<Row>) {
  const records = useInfiniteQuery({
    queryKey: name,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    staleTime: 0,
  })
  if (records.isPending) return <Loading />
  if (records.isError && !records.data) return <ErrorState error={records.error} onRetry={() => void records.refetch()} />
  const rows = records.data.pages.flatMap((page) => page.nodes)
  if (rows.length === 0) return <EmptyState text={empty} />
  return (
    <>
      <ul className="z-rows" aria-label={label}>{rows.map((one) => <li key={one.id}>{row(one)}</li>)}</ul>
      {records.hasNextPage && <Button block loading={records.isFetchingNextPage} onClick={() => void records.fetchNextPage()}>更早的记录</Button>}
    </>
  )
}
