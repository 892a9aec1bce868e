import { View } from '@tarojs/components'
import type { MiniNotesQuery, MiniNotesQueryVariables, MiniWritingFragment } from '@zhibu/api/generated'
import { pledgeTypes, writingStates } from '@zhibu/api/words'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { dayOf, dayWords } from '@/lib/days'
import { open } from '@/lib/navigate'
import { useList } from '@/lib/use-query'
import { asked } from '../shelf'

/** 学习心得 (M-1.8) or 党员承诺 (M-1.7): what the branch published, and what one wrote oneself. */
export default function Writings() {
  const [{ shelf, mine: first }] = useState(asked)
  const [mine, setMine] = useState(first)
  const list = useList<MiniNotesQuery, MiniNotesQueryVariables, MiniWritingFragment>(shelf.list, { filter: mine ? { mine: true } : { state: 'PUBLISHED' } }, shelf.page)
  return (
    <Screen title={shelf.title} ask={list}>
      <Card><Choices options={[{ key: 'all', label: '大家的' }, { key: 'mine', label: '我写的' }]} value={mine ? 'mine' : 'all'} onChange={(key) => setMine(key === 'mine')} /></Card>
      <Press onPress={() => open(`/pkg-study/write/index?kind=${shelf.key}`)}>写{shelf.title}</Press>
      {list.rows.map((one) => (
        <View key={one.id} className="card" role="link" onClick={() => open(`/pkg-study/read/index?kind=${shelf.key}&id=${one.id}`)}>
          <View className="row"><View className="row-text card-title">{one.title}</View>{mine ? <Tag tone={writingStates[one.state].tone}>{writingStates[one.state].label}</Tag> : null}</View>
          <View>{one.excerpt}</View>
          <View className="soft">
            {one.kind ? `${one.year}年度　${pledgeTypes[one.kind].label}　` : ''}{one.person.name}　{one.branch.shortName}　{dayWords(dayOf(one.publishedAt ?? one.updatedAt))}
          </View>
        </View>
      ))}
      {list.rows.length || list.busy ? null : <Empty>{mine ? '您还没有写过，点上面的按钮开始' : '支部还没有人发布'}</Empty>}
      <Foot list={list} />
    </Screen>
  )
}
