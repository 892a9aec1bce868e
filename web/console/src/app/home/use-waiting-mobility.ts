import { FlowWaitingDocument, TransferWaitingDocument, type Tone } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { useContext } from 'react'
import { PermissionContext } from '../../kit/permissions'
import { ask } from '../../net/ask'

/** Something that waits, with the list that shows it. */
export interface MobilityWaiting { tag: string; tone: Tone; count: number; words: string; menu: string; to: string }

/** Transfers and floating members: what waits for the caller, letters and receipts that are late, contacts that are missed. */
export function useWaitingMobility(under: string | null): MobilityWaiting[] {
  const allowed = useContext(PermissionContext)
  const transfers = useQuery({
    queryKey: ['transfer', 'waiting', under],
    queryFn: async ({ signal }) => (await ask(TransferWaitingDocument, { under }, signal)).mobility.transferSummary,
    enabled: allowed.has('member.transfer.read'),
  }).data
  const flows = useQuery({
    queryKey: ['flow', 'waiting', under],
    queryFn: async ({ signal }) => (await ask(FlowWaitingDocument, { under }, signal)).mobility.flowSummary,
    enabled: allowed.has('member.flow.read'),
  }).data
  const all: MobilityWaiting[] = []
  const transfer = { menu: 'member.transfer' }
  const flow = { menu: 'member.flow' }
  if (transfers) {
    all.push(
      { ...transfer, tag: '已超期', tone: 'bad', count: transfers.veryLate, words: '份介绍信超过 90 天未收到回执', to: '/member/transfer?state=missed' },
      { ...transfer, tag: '已过期', tone: 'bad', count: transfers.expired, words: '份介绍信已过期，请重开或撤回', to: '/member/transfer?status=EXPIRED' },
      { ...transfer, tag: '待审核', tone: 'warn', count: transfers.waiting, words: '项党员调动待您办理', to: '/member/transfer?state=waiting' },
      { ...transfer, tag: '待处理', tone: 'warn', count: transfers.arrived, words: '份电子介绍信待处理', to: '/member/transfer?view=inbox' },
      { ...transfer, tag: '需关注', tone: 'info', count: transfers.late, words: '份介绍信超过 30 天未收到回执', to: '/member/transfer?state=missed' },
    )
  }
  if (flows) {
    all.push(
      { ...flow, tag: '已超期', tone: 'bad', count: flows.verySilent, words: '名流动党员超过 180 天未联系', to: '/member/flow?state=verySilent' },
      { ...flow, tag: '需关注', tone: 'warn', count: flows.lost, words: '名失联党员已满规定时间，请研究处置', to: '/member/flow?view=lost' },
      { ...flow, tag: '需关注', tone: 'info', count: flows.silent, words: '名流动党员超过 90 天未联系', to: '/member/flow?state=silent' },
      { ...flow, tag: '需关注', tone: 'info', count: flows.overdue, words: '名流动党员已超过预计返回日期', to: '/member/flow?state=overdue' },
    )
  }
  return all.filter(({ count }) => count > 0)
}
