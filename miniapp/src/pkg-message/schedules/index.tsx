import { View } from '@tarojs/components'
import { MiniRemoveScheduleDocument, MiniSchedulesDocument } from '@zhibu/api/documents/mini-message'
import { aheadWords, scheduleWays } from '@zhibu/api/messaging-words'
import type { MiniScheduleRowFragment, MiniSchedulesQuery, MiniSchedulesQueryVariables } from '@zhibu/api/generated'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { open } from '@/lib/navigate'
import { confirm, done, useAction } from '@/lib/use-action'
import { useList } from '@/lib/use-query'
import { hand } from '../schedule/handed'
import { whenWords } from '../words'

type Tab = 'coming' | 'over'
const TABS: { key: Tab; label: string }[] = [{ key: 'coming', label: '将来' }, { key: 'over', label: '已过' }]
const NONE: Record<Tab, string> = { coming: '还没有日程。点上面的“新增日程”，到时提醒您。', over: '没有已过的日程' }
const page = ({ messaging: { schedules } }: MiniSchedulesQuery) => ({ nodes: schedules.nodes, hasNext: schedules.pageInfo.hasNextPage, end: schedules.pageInfo.endCursor })

/** 日程管理 (M-1.11): one's own reminders. */
export default function Schedules() {
  const [tab, setTab] = useState<Tab>('coming')
  return (
    <Screen title="日程管理">
      <Card><Choices options={TABS} value={tab} onChange={setTab} /></Card>
      <Press onPress={() => open('/pkg-message/schedule/index')}>新增日程</Press>
      <List key={tab} tab={tab} />
    </Screen>
  )
}

function List({ tab }: { tab: Tab }) {
  const list = useList<MiniSchedulesQuery, MiniSchedulesQueryVariables, MiniScheduleRowFragment>(MiniSchedulesDocument, { over: tab === 'over' }, page)
  const action = useAction()
  const edit = (one: MiniScheduleRowFragment) => {
    hand(one)
    open(`/pkg-message/schedule/index?id=${one.id}`)
  }
  const remove = async (one: MiniScheduleRowFragment) => {
    if (!(await confirm('删除日程', `删除“${one.title}”，以后不再提醒。删除后不能恢复。`, '删除'))) return
    await action.run(async () => {
      await ask(MiniRemoveScheduleDocument, { id: one.id })
      done('已删除')
      await list.reload()
    })
  }
  return (
    <>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Shown list={list} none={NONE[tab]} />
      {list.rows.map((one) => (
        <Card key={one.id} title={one.title}>
          <View className="strong">{whenWords(one)}</View>
          {one.note ? <View className="words">{one.note}</View> : null}
          <View className="soft">{scheduleWays[one.way].label}提醒，{aheadWords(one.aheadMinutes)}{one.nextAt ? `　下次提醒：${momentWords(one.nextAt)}` : ''}</View>
          <View className="pair">
            <Press plain inline onPress={() => edit(one)}>修改</Press>
            <Press plain inline busy={action.busy} onPress={() => void remove(one)}>删除</Press>
          </View>
        </Card>
      ))}
      <Foot list={list} />
    </>
  )
}
