import type { OrganisationChangesQuery } from '@zhibu/api'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { EmptyState, ErrorState, Loading } from './states'
import { instant, orDash } from './words'

type Changes = OrganisationChangesQuery['directory']['organisationChanges']

interface ChangeHistoryProps { name: readonly unknown[]; load: (after: string | null, signal: AbortSignal) => Promise<Changes> }

/** 变更记录: who changed what and when, newest first. */
export function ChangeHistory({ name, load }: ChangeHistoryProps) {
  const history = useInfiniteQuery({
    queryKey: name,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
  })
  if (history.isPending) return <Loading />
  if (history.isError && !history.data) return <ErrorState error={history.error} onRetry={() => void history.refetch()} />
  const changes = history.data.pages.flatMap((page) => page.nodes)
  if (changes.length === 0) return <EmptyState text="没有变更记录" />
  return (
    <>
      <ol className="z-history">
        {changes.map((change) => (
          <li key={change.id}>
            <p><b>{change.action}</b><span className="z-muted">{instant(change.at)} · {change.by}</span></p>
            {change.fields.length > 0 && <ChangedFields fields={change.fields} />}
          </li>
        ))}
      </ol>
      {history.hasNextPage && <Button block loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>更早的记录</Button>}
    </>
  )
}

interface Changed { field: string; label: string; before: string | null; after: string | null }

/** The fields of one change before and after, or now and then. */
export function ChangedFields({ fields, heads: [before, after] = ['变更前', '变更后'] }: { fields: readonly Changed[]; heads?: readonly [string, string] }) {
  return (
    <table>
      <thead><tr><th scope="col">项目</th><th scope="col">{before}</th><th scope="col">{after}</th></tr></thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field.field}><th scope="row">{field.label}</th><td>{orDash(field.before)}</td><td>{orDash(field.after)}</td></tr>
        ))}
      </tbody>
    </table>
  )
}
