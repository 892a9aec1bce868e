import { Empty, Problem, Skeleton } from '@/kit/states'

interface Props { list: { data: unknown; failure: unknown; busy: boolean; reload: () => Promise<void>; rows: unknown[] }; none: string }

/** What stands in a list's place while the tabs above it stay: bones, what went wrong, or that there is nothing. */
export function Shown({ list, none }: Props) {
  if (list.failure && !list.busy) return <Problem cause={list.failure} retry={list.reload} brief={list.rows.length > 0} />
  if (list.rows.length) return null
  return list.busy ? <Skeleton /> : <Empty>{none}</Empty>
}
