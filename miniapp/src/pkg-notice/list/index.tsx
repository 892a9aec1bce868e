import { View } from '@tarojs/components'
import { MiniNoticesDocument } from '@zhibu/api/documents/mini-notice'
import { announcementStates, occasions } from '@zhibu/api/messaging-words'
import type { AnnouncementFilter, MiniNoticeRowFragment, MiniNoticesQuery, MiniNoticesQueryVariables } from '@zhibu/api/generated'
import { useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { Card, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { momentWords } from '@/lib/days'
import { open } from '@/lib/navigate'
import { may } from '@/lib/session'
import { useList } from '@/lib/use-query'

type Tab = 'notices' | 'all'
const TABS: { key: Tab; label: string }[] = [{ key: 'notices', label: '通知公告' }, { key: 'all', label: '全部（含会议通知）' }]
const FILTERS: Record<Tab, AnnouncementFilter> = { notices: { occasion: 'ANNOUNCEMENT' }, all: {} }
const page = ({ messaging: { announcements } }: MiniNoticesQuery) => ({ nodes: announcements.nodes, hasNext: announcements.pageInfo.hasNextPage, end: announcements.pageInfo.endCursor })

/** 通知公告 on the phone (PC-4.5): what was sent by the organisations one administers, and who has read it. */
export default function Notices() {
  const [tab, setTab] = useState<Tab>('notices')
  return (
    <Screen title="通知公告">
      <Card><Choices options={TABS} value={tab} onChange={setTab} /></Card>
      {may('notice.send') ? <Press onPress={() => open('/pkg-notice/send/index')}>发布通知</Press> : null}
      <List key={tab} tab={tab} />
    </Screen>
  )
}

function List({ tab }: { tab: Tab }) {
  const list = useList<MiniNoticesQuery, MiniNoticesQueryVariables, MiniNoticeRowFragment>(MiniNoticesDocument, { filter: FILTERS[tab] }, page)
  return (
    <>
      <Shown list={list} none="还没有发布过通知" />
      {list.rows.map((one) => (
        <View key={one.id} className="card" role="link" {...reach} onClick={() => open(`/pkg-notice/notice/index?id=${one.id}`)}>
          <View className="card-title">{one.title}</View>
          <View className="tags">
            <Tag tone={announcementStates[one.state].tone}>{announcementStates[one.state].label}</Tag>
            {one.occasion === 'ANNOUNCEMENT' ? null : <> <Tag>{occasions[one.occasion].label}</Tag></>}
          </View>
          <View className="strong">已读 {one.read} 人，未读 {one.people - one.read} 人</View>
          <View className="soft">{one.organisation.name}　{one.author}</View>
          <View className="soft">{momentWords(one.createdAt)}</View>
        </View>
      ))}
      <Foot list={list} />
    </>
  )
}
