import { View } from '@tarojs/components'
import { outcomes, standings } from '@zhibu/api/development-words'
import { MiniCasesDocument } from '@zhibu/api/documents/mini-manage'
import type { DevelopmentFilter, MiniCaseRowFragment, MiniCasesQuery, MiniCasesQueryVariables } from '@zhibu/api/generated'
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

const FILTERS = { open: {}, remind: { remind: true }, overdue: { overdue: true }, ended: { closed: true } } satisfies Record<string, DevelopmentFilter>
const LABELS = [{ key: 'open', label: '进行中' }, { key: 'remind', label: '今日提醒' }, { key: 'overdue', label: '已超期' }, { key: 'ended', label: '已结束' }] as const
const page = ({ development }: MiniCasesQuery) => ({ nodes: development.cases.nodes, hasNext: development.cases.pageInfo.hasNextPage, end: development.cases.pageInfo.endCursor })

/** 党员发展 (M-2.7): cases, those that need somebody today first to hand. */
export default function Developments() {
  const [which, setWhich] = useState<keyof typeof FILTERS>('open')
  const list = useList<MiniCasesQuery, MiniCasesQueryVariables, MiniCaseRowFragment>(MiniCasesDocument, { filter: FILTERS[which] }, page)
  return (
    <Screen title="党员发展" ask={list}>
      <Card><Choices options={[...LABELS]} value={which} onChange={setWhich} /></Card>
      {may('development.edit') ? <Press onPress={() => open('/pkg-manage/development-new/index')}>新建发展档案</Press> : null}
      {list.rows.map((one) => (
        <View key={one.id} className="card" role="link" onClick={() => open(`/pkg-manage/development/index?id=${one.id}`)}>
          <View className="row"><View className="row-text card-title">{one.name}</View><Tag tone={standings[one.standing].tone}>{standings[one.standing].label}</Tag></View>
          <View>{one.step ? `第 ${one.step} 步 ${one.stepTitle ?? ''}` : outcomes[one.outcome].label}</View>
          <View className="soft">{one.branch.shortName}{one.step && one.actor ? `　由${one.actor}办理` : ''}{one.latest ? `　最迟 ${dayWords(one.latest)}` : ''}</View>
          {one.overdue ? <Tag tone="bad">已超期</Tag> : null}
          {one.gap ? <Tag tone="warn">须更换联系人</Tag> : null}
        </View>
      ))}
      {list.rows.length || list.busy ? null : <Empty>{which === 'open' ? '还没有发展档案' : which === 'ended' ? '没有已结束的档案' : '没有需要处理的档案'}</Empty>}
      <Foot list={list} />
    </Screen>
  )
}
