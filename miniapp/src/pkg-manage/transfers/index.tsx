import { View } from '@tarojs/components'
import { MiniTransfersDocument } from '@zhibu/api/documents/mini-manage'
import type { MiniTransferRowFragment, MiniTransfersQuery, MiniTransfersQueryVariables, TransferFilter } from '@zhibu/api/generated'
import { kinds, statuses } from '@zhibu/api/mobility-words'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { dayOf, dayWords } from '@/lib/days'
import { open } from '@/lib/navigate'
import { may } from '@/lib/session'
import { useList } from '@/lib/use-query'

const FILTERS = { waiting: { waiting: true }, open: { open: true }, ended: { open: false } } satisfies Record<string, TransferFilter>
const LABELS = [{ key: 'waiting', label: '待审核' }, { key: 'open', label: '办理中' }, { key: 'ended', label: '已办结' }] as const
const page = ({ mobility }: MiniTransfersQuery) => ({ nodes: mobility.transfers.nodes, hasNext: mobility.transfers.pageInfo.hasNextPage, end: mobility.transfers.pageInfo.endCursor })

/** 党员调动 (M-2.5): what waits, goes on and has ended, and where a new one begins. */
export default function Transfers() {
  const [which, setWhich] = useState<keyof typeof FILTERS>('waiting')
  const list = useList<MiniTransfersQuery, MiniTransfersQueryVariables, MiniTransferRowFragment>(MiniTransfersDocument, { filter: FILTERS[which] }, page)
  return (
    <Screen title="党员调动" ask={list}>
      <Card><Choices options={[...LABELS]} value={which} onChange={setWhich} /></Card>
      {may('transfer.start') ? <Press onPress={() => open('/pkg-manage/transfer-new/index')}>发起调动</Press> : null}
      {list.rows.map((one) => (
        <View key={one.id} className="card" role="link" onClick={() => open(`/pkg-manage/transfer/index?id=${one.id}`)}>
          <View className="row"><View className="row-text card-title">{one.name}</View><Tag tone={statuses[one.status].tone}>{statuses[one.status].label}</Tag></View>
          <View>{one.fromName} → {one.toName}</View>
          <View className="soft">{kinds[one.kind].label}　{dayWords(dayOf(one.startedAt))}发起{one.waitsAt ? `　等待：${one.waitsAt.shortName}` : ''}</View>
          {one.mine ? <Tag tone="warn">等您办理</Tag> : null}
          {one.alert ? <Tag tone="bad">未收到回执</Tag> : null}
        </View>
      ))}
      {list.rows.length || list.busy ? null : <Empty>{which === 'waiting' ? '没有等待审核的调动' : which === 'open' ? '没有正在办理的调动' : '没有已办结的调动'}</Empty>}
      <Foot list={list} />
    </Screen>
  )
}
