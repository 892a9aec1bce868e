import { Text, View } from '@tarojs/components'
import { MiniMessagesDocument, MiniReadAllMessagesDocument } from '@zhibu/api/documents/mini-message'
import { occasions } from '@zhibu/api/messaging-words'
import type { MiniMessageRowFragment, MiniMessagesQuery, MiniMessagesQueryVariables } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { Choices } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { Card, Foot, Link } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { open } from '@/lib/navigate'
import { may } from '@/lib/session'
import { surely } from '@/lib/surely'
import { noteUnread } from '@/lib/unread'
import { confirm, done, useAction } from '@/lib/use-action'
import { useList } from '@/lib/use-query'
import { Consent } from '../consent'

type Tab = 'unread' | 'all'
const NONE: Record<Tab, string> = { unread: '没有未读的消息', all: '还没有收到过消息' }
const page = ({ messaging: { mine } }: MiniMessagesQuery) => ({ nodes: mine.nodes, hasNext: mine.pageInfo.hasNextPage, end: mine.pageInfo.endCursor })

/** 消息通知 (M-1.15, M-9.7): what one was told, by administrators and by the system. */
export default function Messages() {
  const [tab, setTab] = useState<Tab>('unread')
  const [unread, setUnread] = useState(0)
  const tabs = [{ key: 'unread' as const, label: unread ? `未读（${unread}）` : '未读' }, { key: 'all' as const, label: '全部' }]
  return (
    <Screen title="消息通知">
      <Card><Choices options={tabs} value={tab} onChange={setTab} /></Card>
      <Consent />
      {may('notice.read') ? <Card><Link onPress={() => open('/pkg-notice/list/index')}>管理通知公告</Link></Card> : null}
      <List key={tab} tab={tab} onCount={setUnread} />
    </Screen>
  )
}

function List({ tab, onCount }: { tab: Tab; onCount: (unread: number) => void }) {
  const list = useList<MiniMessagesQuery, MiniMessagesQueryVariables, MiniMessageRowFragment>(MiniMessagesDocument, { unread: tab === 'unread' ? true : null }, page)
  const action = useAction()
  const unread = list.data?.messaging.unread
  useEffect(() => {
    if (unread === undefined) return
    onCount(unread)
    noteUnread(unread)
  }, [unread])
  const readAll = async () => {
    if (!(await confirm('全部已读', `把 ${unread ?? 0} 条没有看过的消息都记为已读？`, '全部已读'))) return
    await action.run(async () => {
      noteUnread((await surely(() => ask(MiniReadAllMessagesDocument, {}))).messaging.readAll)
      done('都已读')
      await list.reload()
    })
  }
  return (
    <>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {unread ? <Press plain busy={action.busy} onPress={() => void readAll()}>全部已读</Press> : null}
      <Shown list={list} none={NONE[tab]} />
      {list.rows.map((one) => <Row key={one.id} one={one} />)}
      <Foot list={list} />
    </>
  )
}

function Row({ one }: { one: MiniMessageRowFragment }) {
  const title = one.withdrawn ? '（通知已撤回）' : one.title
  // What was withdrawn waits for nobody.
  const waits = !one.readAt && !one.withdrawn
  return (
    <View className="card" role="link" {...reach} onClick={() => open(`/pkg-message/message/index?id=${one.id}`)}>
      <View className="message-head">
        {waits ? <View className="dot" aria-hidden /> : null}
        <View className={`message-title${waits ? ' strong' : ''}`}>{title}</View>
        {waits ? <Text className="tag bad">未读</Text> : null}
      </View>
      <View className="soft">{one.organisation}　{occasions[one.occasion].label}</View>
      <View className="soft">{momentWords(one.createdAt)}</View>
    </View>
  )
}
