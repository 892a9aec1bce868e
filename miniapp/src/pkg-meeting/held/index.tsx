import { MiniHeldMeetingsDocument } from '@zhibu/api/documents/mini-meeting-hold'
import type { MeetingState, MiniHeldMeetingsQuery, MiniHeldMeetingsQueryVariables, MiniMeetingRowFragment } from '@zhibu/api/generated'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { open } from '@/lib/navigate'
import { useList } from '@/lib/use-query'
import { MeetingCard } from '../meeting-card'

type Tab = 'open' | 'minutes' | 'over' | 'drafts'
const STATES: Record<Tab, MeetingState[]> = { open: ['PUBLISHED', 'RUNNING'], minutes: ['MINUTES_PENDING'], over: ['FINISHED', 'CANCELLED'], drafts: ['DRAFT'] }
const TABS: { key: Tab; label: string }[] = [{ key: 'open', label: '未结束' }, { key: 'minutes', label: '待纪要' }, { key: 'over', label: '已结束' }, { key: 'drafts', label: '草稿' }]
const NONE: Record<Tab, string> = { open: '没有未开始或进行中的会议', minutes: '没有等待填写纪要的会议', over: '还没有开过的会议', drafts: '没有草稿' }
const page = ({ meeting: { meetings } }: MiniHeldMeetingsQuery) => ({ nodes: meetings.nodes, hasNext: meetings.pageInfo.hasNextPage, end: meetings.pageInfo.endCursor })

/** 组织生活 (M-2.1): the meetings of the organisations one administers. */
export default function Held() {
  const [tab, setTab] = useState<Tab>('open')
  return (
    <Screen title="组织生活">
      <Card><Choices options={TABS} value={tab} onChange={setTab} /></Card>
      <Press onPress={() => open('/pkg-meeting/edit/index')}>发布会议</Press>
      <List key={tab} tab={tab} />
    </Screen>
  )
}

function List({ tab }: { tab: Tab }) {
  const list = useList<MiniHeldMeetingsQuery, MiniHeldMeetingsQueryVariables, MiniMeetingRowFragment>(MiniHeldMeetingsDocument, { filter: { states: STATES[tab] } }, page)
  return (
    <>
      <Shown list={list} none={NONE[tab]} />
      {list.rows.map((one) => <MeetingCard key={one.id} held meeting={one} onPress={() => open(`/pkg-meeting/hold/index?id=${one.id}`)} />)}
      <Foot list={list} />
    </>
  )
}
