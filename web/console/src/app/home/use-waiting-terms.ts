import { LeadershipWaitingDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { useContext } from 'react'
import { PermissionContext } from '../../kit/permissions'
import { ask } from '../../net/ask'

/** Terms and empty posts that somebody was reminded of: how many organisations, and whether any of it is urgent. */
export function useWaitingTerms(): { count: number; urgent: boolean } {
  const allowed = useContext(PermissionContext).has('org.leadership.read')
  const { data } = useQuery({
    queryKey: ['leadership', 'waiting'],
    queryFn: async ({ signal }) => (await ask(LeadershipWaitingDocument, {}, signal)).leadership.reminders,
    enabled: allowed,
  })
  return { count: new Set(data?.map(({ organisation }) => organisation.id)).size, urgent: data?.some(({ level }) => level === 'RED') ?? false }
}
