import { DevelopmentWaitingDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { useContext } from 'react'
import { PermissionContext } from '../../kit/permissions'
import { ask } from '../../net/ask'

/** Development of members: how many have missed a deadline, of how many somebody is to be reminded, and who lacks a mentor or sponsor. */
export function useWaitingDevelopment(under: string | null): { overdue: number; remind: number; gaps: number } {
  const allowed = useContext(PermissionContext).has('member.development.read')
  const { data } = useQuery({
    queryKey: ['development', 'waiting', under],
    queryFn: async ({ signal }) => (await ask(DevelopmentWaitingDocument, { under }, signal)).development.stages,
    enabled: allowed,
  })
  const sum = (of: 'overdue' | 'remind' | 'gaps') => (data ?? []).reduce((all, stage) => all + stage[of], 0)
  return { overdue: sum('overdue'), remind: sum('remind'), gaps: sum('gaps') }
}
