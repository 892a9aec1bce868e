import { View } from '@tarojs/components'
import { MiniMyMeetingsDocument } from '@zhibu/api/documents/mini-meeting'
import type { MiniMeetingRowFragment, MiniMyMeetingsQuery, MiniMyMeetingsQueryVariables, MyMeetings } from '@zhibu/api/generated'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { open } from '@/lib/navigate'
import { scanMeeting } from '@/lib/scan-meeting'
import { useList } from '@/lib/use-query'
import { MeetingCard } from '../meeting-card'

const TABS: { key: MyMeetings; label: string }[] = [{ key: 'UPCOMING', label: '未开始' }, { key: 'ONGOING', label: '进行中' }, { key: 'OVER', label: '已结束' }]
const NONE: Record<MyMeetings, string> = { UPCOMING: '近期没有要参加的会议', ONGOING: '现在没有正在开的会议', OVER: '还没有开过的会议' }
const page = ({ meeting: { mine } }: MiniMyMeetingsQuery) => ({ nodes: mine.nodes, hasNext: mine.pageInfo.hasNextPage, end: mine.pageInfo.endCursor })

/** 我的组织生活 (M-1.3): the meetings one is on the list of. */
export default function Mine() {
  const [which, setWhich] = useState<MyMeetings>('UPCOMING')
  const [problem, say] = useState<string | null>(null)
  return (
    <Screen title="我的组织生活">
      <Card><Choices options={TABS} value={which} onChange={setWhich} /></Card>
      {which === 'ONGOING' ? <Press plain onPress={() => void scanMeeting(say)}>扫码签到</Press> : null}
      {problem ? <View className="note" role="alert">{problem}</View> : null}
      <List key={which} which={which} />
    </Screen>
  )
}

function List({ which }: { which: MyMeetings }) {
  const list = useList<MiniMyMeetingsQuery, MiniMyMeetingsQueryVariables, MiniMeetingRowFragment>(MiniMyMeetingsDocument, { which }, page)
  return (
    <>
      <Shown list={list} none={NONE[which]} />
      {list.rows.map((one) => <MeetingCard key={one.id} meeting={one} onPress={() => open(`/pkg-meeting/detail/index?id=${one.id}`)} />)}
      <Foot list={list} />
    </>
  )
}
