import { OverviewDocument, type OverviewQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { usePermission } from '../../kit/permissions'
import { ask } from '../../net/ask'
import { useScope } from '../scope'

/** The home page in numbers, for the chosen range. */
export type Overview = OverviewQuery['directory']['overview']
/** Members in numbers. */
export type MemberNumbers = NonNullable<Overview['members']>

/** Counts the chosen range anew whenever the page is opened; never asked for those who may not see organisations. */
export function useOverview() {
  const { org } = useScope()
  const allowed = usePermission('org.info.read')
  const query = useQuery({
    queryKey: ['overview', org],
    queryFn: async ({ signal }) => (await ask(OverviewDocument, { under: org }, signal)).directory.overview,
    enabled: allowed,
    staleTime: 0,
  })
  return { allowed, query }
}
