import { View } from '@tarojs/components'
import { useDidShow } from '@tarojs/taro'
import { MiniMessageDocument, MiniReadMessagesDocument } from '@zhibu/api/documents/mini-message'
import { occasions, ofMeetings } from '@zhibu/api/messaging-words'
import type { MiniMessageQuery } from '@zhibu/api/generated'
import { useEffect, useRef, useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Fact, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { asked, open } from '@/lib/navigate'
import { online } from '@/lib/network'
import { useSignal } from '@/lib/signal'
import { surely } from '@/lib/surely'
import { noteUnread } from '@/lib/unread'
import { noteWrite, useQuery } from '@/lib/use-query'

type Message = MiniMessageQuery['messaging']['message']

/** One message whole (M-1.15); who sees it has read it. */
export default function Message() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMessageDocument, { id })
  const found = query.data?.messaging.message
  return <Screen title="消息" ask={query}>{found ? <Opened found={found} /> : null}</Screen>
}

function Opened({ found }: { found: Message }) {
  const missed = useReading(found)
  return (
    <>
      <Card>
        <View className="sheet-title">{found.withdrawn ? '这条通知已撤回' : found.title}</View>
        <View className="tags"><Tag>{occasions[found.occasion].label}</Tag>{found.withdrawn ? <> <Tag tone="warn">已撤回</Tag></> : null}</View>
        <View className="words message-text">{found.withdrawn ? '发布的党组织已经把它撤回，内容不再显示。' : found.text}</View>
      </Card>
      {found.subject && ofMeetings(found.occasion) ? <Press onPress={() => open(`/pkg-meeting/detail/index?id=${found.subject}`)}>查看会议</Press> : null}
      {found.occasion === 'SCHEDULE' ? <Press plain onPress={() => open('/pkg-message/schedules/index')}>查看我的日程</Press> : null}
      <Card>
        <Fact label="发布">{found.organisation}</Fact>
        {found.author ? <Fact label="发布人">{found.author}</Fact> : null}
        <Fact label="时间">{momentWords(found.createdAt)}</Fact>
      </Card>
      {missed ? <View className="card closed" role="status">网络不好，还没有记为已读。网络恢复后会自动记上，以免再给您发短信、打电话。</View> : null}
    </>
  )
}

/** Tells the server that it was read, until it knows: otherwise a text message or a call would follow. True while it could not be told. */
function useReading({ id, readAt, withdrawn }: Message): boolean {
  const [missed, setMissed] = useState(false)
  const told = useRef(readAt != null || withdrawn)
  const busy = useRef(false)
  const isOnline = useSignal(online)
  const tellServer = async () => {
    if (told.current || busy.current) return
    busy.current = true
    try {
      noteUnread((await surely(() => ask(MiniReadMessagesDocument, { ids: [id] }))).messaging.read)
      told.current = true
      setMissed(false)
      noteWrite()
    } catch {
      setMissed(true)
    }
    busy.current = false
  }
  useEffect(() => { if (isOnline) void tellServer() }, [isOnline])
  useDidShow(() => { void tellServer() })
  return missed
}
