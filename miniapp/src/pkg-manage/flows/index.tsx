import { View } from '@tarojs/components'
import { MiniFlowsDocument } from '@zhibu/api/documents/mini-manage'
import type { FlowFilter, MiniFlowRowFragment, MiniFlowsQuery, MiniFlowsQueryVariables } from '@zhibu/api/generated'
import { flowKinds, flowStatuses } from '@zhibu/api/mobility-words'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { dayWords } from '@/lib/days'
import { open } from '@/lib/navigate'
import { may } from '@/lib/session'
import { useList } from '@/lib/use-query'

const FILTERS = { out: { kind: 'OUT' }, in: { kind: 'IN' }, silent: { silentDays: 90 }, ended: { closed: true } } satisfies Record<string, FlowFilter>
const LABELS = [{ key: 'out', label: '流出' }, { key: 'in', label: '流入' }, { key: 'silent', label: '久未联系' }, { key: 'ended', label: '已结束' }] as const
const page = ({ mobility }: MiniFlowsQuery) => ({ nodes: mobility.flows.nodes, hasNext: mobility.flows.pageInfo.hasNextPage, end: mobility.flows.pageInfo.endCursor })

/** 党员流动 (M-2.6): who is away, who is here for a while, and whom nobody has reached for long. */
export default function Flows() {
  const [which, setWhich] = useState<keyof typeof FILTERS>('out')
  const list = useList<MiniFlowsQuery, MiniFlowsQueryVariables, MiniFlowRowFragment>(MiniFlowsDocument, { filter: FILTERS[which] }, page)
  return (
    <Screen title="党员流动" ask={list}>
      <Card><Choices options={[...LABELS]} value={which} onChange={setWhich} /></Card>
      {may('flow.manage') ? <Press onPress={() => open('/pkg-manage/flow-new/index')}>登记流动</Press> : null}
      {list.rows.map((one) => (
        <View key={one.id} className="card" role="link" onClick={() => open(`/pkg-manage/flow/index?id=${one.id}`)}>
          <View className="row"><View className="row-text card-title">{one.name}</View><Tag tone={flowStatuses[one.status].tone}>{flowStatuses[one.status].label}</Tag></View>
          <View>{flowKinds[one.kind].label}　{one.branch.shortName}{one.otherName ? `　${one.otherName}` : ''}</View>
          <View className="soft">{dayWords(one.startedOn)}起{one.endedOn ? `，${dayWords(one.endedOn)}结束` : one.contactedOn ? `，最近联系 ${dayWords(one.contactedOn)}` : '，还没有联系记录'}</View>
          {one.alert ? <Tag tone={one.alert === 'RED' ? 'bad' : 'warn'}>超过 {one.alert === 'RED' ? 180 : 90} 天没有联系</Tag> : null}
          {one.overdue ? <Tag tone="warn">已过预计返回日期</Tag> : null}
        </View>
      ))}
      {list.rows.length || list.busy ? null : <Empty>{which === 'silent' ? '没有超过 90 天未联系的流动党员' : '没有记录'}</Empty>}
      <Foot list={list} />
    </Screen>
  )
}
