import { View } from '@tarojs/components'
import { MiniNoticeDocument, MiniReadersDocument, MiniRemindNoticeDocument } from '@zhibu/api/documents/mini-notice'
import { announcementStates, deliveryStates, deliveryWord, minutesWords, occasions, rungs, yuan } from '@zhibu/api/messaging-words'
import type { MiniNoticeWholeFragment, MiniReaderFragment, MiniReadersQuery, MiniReadersQueryVariables } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { Choices, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Fact, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { asked, open } from '@/lib/navigate'
import { confirm, done, tell, useAction } from '@/lib/use-action'
import { useList, useQuery } from '@/lib/use-query'

type Tab = 'unread' | 'read'
const page = ({ messaging: { readers } }: MiniReadersQuery) => ({ nodes: readers.nodes, hasNext: readers.pageInfo.hasNextPage, end: readers.pageInfo.endCursor })

/** One notice for who sends them (PC-4.5): who has read it, 催读 and 撤回. */
export default function Notice() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniNoticeDocument, { id })
  const found = query.data?.messaging.announcement
  return <Screen title="通知" ask={query}>{found ? <Opened found={found} reload={query.reload} /> : null}</Screen>
}

function Opened({ found, reload }: { found: MiniNoticeWholeFragment; reload: () => Promise<void> }) {
  const { announcement } = found
  const { id, state, people, read } = announcement
  const [turn, setTurn] = useState(0)
  const action = useAction()
  const left = people - read
  const current = state === 'SENT' && found.manages
  const remind = async () => {
    const ways = found.rungs.map(({ rung }) => rungs[rung].label).join('、')
    if (!(await confirm('催读', `不再等待，马上用下一种方式（${ways}）通知还没有读的 ${left} 人。短信和电话按次收费。`, '催读'))) return
    await action.run(async () => {
      const count = (await ask(MiniRemindNoticeDocument, { id })).messaging.remind
      if (count) done(`已催 ${count} 人`)
      else tell('没有可以再催的人：各种方式都已经用过了')
      await reload()
      setTurn(turn + 1)
    })
  }
  return (
    <>
      <Card>
        <View className="sheet-title">{announcement.title}</View>
        <View className="tags"><Tag tone={announcementStates[state].tone}>{announcementStates[state].label}</Tag> <Tag>{occasions[announcement.occasion].label}</Tag></View>
        {found.withdrawnAt ? <View>{momentWords(found.withdrawnAt)} {found.withdrawnBy} 撤回：{found.withdrawnReason}</View> : null}
        <View className="counts">
          {[['应读', people], ['已读', read], ['未读', left]].map(([words, number]) => (
            <View key={words} className="counts-one"><View className="counts-number">{number}</View><View className="soft">{words}</View></View>
          ))}
        </View>
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {current && left > 0 && found.rungs.length ? <Press busy={action.busy} onPress={() => void remind()}>催读</Press> : null}
      {current ? <Press plain disabled={action.busy} onPress={() => open(`/pkg-notice/withdraw/index?id=${id}`)}>撤回</Press> : null}
      <Readers key={turn} id={id} left={left} read={read} />
      {found.rungs.length ? (
        <Card title="各种方式的情况">
          {found.rungs.map(({ rung, afterMinutes, counts, fen }) => (
            <View key={rung} className="row">
              <View className="row-text">
                <View className="strong">{rungs[rung].label}</View>
                <View className="soft">{afterMinutes ? `上一步 ${minutesWords(afterMinutes)}后` : '上一步之后马上'}{fen ? `　花费 ${yuan(fen)}` : ''}</View>
              </View>
              <View className="row-value">{counts.length ? counts.map(({ state: now, count }) => <View key={now}>{deliveryWord(rung, now)} {count} 人</View>) : '还没有开始'}</View>
            </View>
          ))}
        </Card>
      ) : null}
      <Card title="通知内容"><View className="words">{found.text}</View></Card>
      <Card>
        <Fact label="发布">{announcement.organisation.name}</Fact>
        <Fact label="发布人">{announcement.author}</Fact>
        <Fact label="时间">{momentWords(announcement.createdAt)}</Fact>
        <Fact label="花费">{announcement.fen ? yuan(announcement.fen) : '没有花钱'}</Fact>
      </Card>
    </>
  )
}

/** Who has not read it, and who has. */
function Readers({ id, left, read }: { id: string; left: number; read: number }) {
  const [tab, setTab] = useState<Tab>('unread')
  const [typed, setTyped] = useState('')
  const [name, setName] = useState('')
  // Asked when the typing rests.
  useEffect(() => {
    const timer = setTimeout(() => setName(typed.trim()), 400)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <>
      <Card title="谁读了，谁没读">
        <Choices options={[{ key: 'unread', label: `未读（${left}）` }, { key: 'read', label: `已读（${read}）` }]} value={tab} onChange={setTab} />
        <TextField label="按姓名查找" max={20} value={typed} onChange={setTyped} placeholder="可不填" />
      </Card>
      <Names key={tab} id={id} tab={tab} name={name} />
    </>
  )
}

function Names({ id, tab, name }: { id: string; tab: Tab; name: string }) {
  const list = useList<MiniReadersQuery, MiniReadersQueryVariables, MiniReaderFragment>(MiniReadersDocument, { announcement: id, filter: { read: tab === 'read', name: name || null } }, page)
  return (
    <>
      <Shown list={list} none={name ? `没有找到“${name}”` : tab === 'read' ? '还没有人读' : '都已经读了'} />
      {list.rows.length ? (
        <Card>
          {list.rows.map((one) => (
            <View key={one.person} className="row">
              <View className="row-text">
                <View className="strong">{one.name}</View>
                <View className="soft">{one.place}</View>
                {one.deliveries.map((sent) => <View key={sent.rung} className="soft">{rungs[sent.rung].label}：{deliveryWord(sent.rung, sent.state)}{sent.seconds ? `，听了 ${sent.seconds} 秒` : ''}{sent.detail ? `（${sent.detail}）` : ''}</View>)}
              </View>
              {one.readAt ? <View className="soft">{momentWords(one.readAt)}</View> : <Tag tone={lastTone(one)}>未读</Tag>}
            </View>
          ))}
        </Card>
      ) : null}
      <Foot list={list} />
    </>
  )
}

/** Somebody nothing has reached stands out. */
const lastTone = ({ deliveries }: MiniReaderFragment): string => {
  const last = deliveries[deliveries.length - 1]
  return last ? deliveryStates[last.state].tone ?? '' : ''
}
