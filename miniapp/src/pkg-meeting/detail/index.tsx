import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniBallotsDocument, MiniMeetingDocument, MiniMeetingLiveDocument, MiniTakeBackLeaveDocument } from '@zhibu/api/documents/mini-meeting'
import { leaveKinds, meetingModes, meetingStates, signWays } from '@zhibu/api/meeting-words'
import type { MiniMeetingLiveSubscription, MiniMeetingWholeFragment } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Fact, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, open } from '@/lib/navigate'
import { scanMeeting } from '@/lib/scan-meeting'
import { surely } from '@/lib/surely'
import { confirm, done, useAction } from '@/lib/use-action'
import { useLive } from '@/lib/use-live'
import { useQuery } from '@/lib/use-query'
import { Ballot } from '../ballot'
import { Files } from '../files'
import { LineBroken } from '../line-broken'
import { Minutes } from '../minutes-card'
import { VideoDoor } from '../video-door'
import { VoteResult } from '../vote-result'
import { clock, chosenWords, ownState, timeWords } from '../words'

/** How long before its beginning a meeting is followed. */
const BEFORE = 2 * 3_600_000

/** One meeting for those on its list (M-1.3): what to do now, what it is about, votes, papers, minutes. */
export default function Detail() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMeetingDocument, { id })
  const [votes, setVotes] = useState<MiniMeetingWholeFragment['votes'] | null>(null)
  useEffect(() => setVotes(null), [query.data])
  const whole = query.data?.meeting.meeting
  const found = whole && { ...whole, votes: votes ?? whole.votes }
  const state = found?.meeting.state
  const soon = state === 'RUNNING' || (state === 'PUBLISHED' && Date.parse(found?.meeting.startsAt ?? '') - Date.now() < BEFORE)
  const news = ({ meetingLive: told }: MiniMeetingLiveSubscription) => !found || told.version !== found.meeting.version || told.state !== found.meeting.state || told.signOpen !== found.meeting.signOpen
    || told.votes.some((vote) => found.votes.find((own) => own.id === vote.id)?.version !== vote.version)
  // When a vote opens all phones ask at the same moment: for the votes only, unless there is more that is new.
  const look = async () => {
    const told = await ask(MiniBallotsDocument, { id }).then(({ meeting }) => meeting.meeting, () => null)
    const same = told && whole && !query.failure && told.meeting.version === whole.meeting.version && told.meeting.state === whole.meeting.state && told.meeting.signOpen === whole.meeting.signOpen
    if (same) setVotes(told.votes)
    else await query.reload()
  }
  const { broken } = useLive(MiniMeetingLiveDocument, { id }, { on: soon, query, news, look })
  return <Screen title="会议" ask={query}>{found ? <Opened found={found} broken={broken} reload={query.reload} /> : null}</Screen>
}

function Opened({ found, broken, reload }: { found: MiniMeetingWholeFragment; broken: boolean; reload: () => Promise<void> }) {
  const { meeting, votes } = found
  const own = ownState(meeting.me, meeting.state)
  const [ballot, setBallot] = useState<string | null>(null)
  const [later, setLater] = useState<string[]>([])
  const waiting = votes.filter((vote) => vote.state === 'OPEN' && vote.mayVote && !vote.hasVoted)
  const next = waiting.find(({ id }) => !later.includes(id))?.id
  // A vote that opens is brought up at once, one after the other.
  useEffect(() => { if (!ballot && next) setBallot(next) }, [ballot, next])
  const shown = votes.find(({ id }) => id === ballot)
  return (
    <>
      <Card>
        <View className="sheet-title">{meeting.title}</View>
        <View className="tags"><Tag tone={meetingStates[meeting.state].tone}>{meetingStates[meeting.state].label}</Tag>{own ? <> <Tag tone={own.tone}>{own.label}</Tag></> : null}</View>
        {meeting.state === 'CANCELLED' && found.cancelledReason ? <View>取消原因：{found.cancelledReason}</View> : null}
        {broken ? <LineBroken /> : null}
      </Card>
      {waiting.map((vote) => <Press key={vote.id} onPress={() => setBallot(vote.id)}>投票：{vote.title}</Press>)}
      <VideoDoor found={found} />
      <SignIn found={found} />
      <Leave found={found} reload={reload} />
      {votes.filter((vote) => vote.state !== 'PREPARED').map((vote) => (
        <Card key={vote.id} title={vote.title}>
          <View className="soft">{vote.secret ? '不记名投票' : '记名投票'}</View>
          {vote.state === 'OPEN' ? <View className="strong">{vote.hasVoted ? `已投票${vote.chosen?.length ? `：${chosenWords(vote, vote.chosen)}` : ''}，结束后公布结果` : vote.mayVote ? '正在投票，请您投票' : '正在投票，您不参加本次投票'}</View> : null}
          {vote.state === 'ENDED' && vote.chosen?.length ? <View>您投了：{chosenWords(vote, vote.chosen)}</View> : null}
          <VoteResult vote={vote} />
        </Card>
      ))}
      <Minutes minutes={found.minutes} />
      <Card>
        <Fact label="时间">{timeWords(meeting.startsAt, meeting.endsAt)}</Fact>
        <Fact label="地点">{meeting.place ?? '视频会议'}</Fact>
        {meeting.mode === 'OFFLINE' ? null : <Fact label="方式">{meetingModes[meeting.mode].label}</Fact>}
        <Fact label="党组织">{meeting.organisation.shortName}</Fact>
        <Fact label="类型">{meeting.types.map(({ name }) => name).join('、')}</Fact>
        {found.host ? <Fact label="主持人">{found.host.name}</Fact> : null}
        {found.speaker ? <Fact label="主讲人">{found.speaker}</Fact> : null}
        {found.recorder ? <Fact label="记录人">{found.recorder.name}</Fact> : null}
        {found.observers ? <Fact label="列席人员">{found.observers}</Fact> : null}
        {found.link ? <Fact label="会议链接">{found.link}</Fact> : null}
        {found.link ? <Press plain inline onPress={() => void Taro.setClipboardData({ data: found.link ?? '' })}>复制视频会议链接</Press> : null}
      </Card>
      <Card title="会议议程"><View className="words">{found.agenda}</View></Card>
      <Files files={found.files} />
      {meeting.me && !['DRAFT', 'CANCELLED'].includes(meeting.state) ? (
        <Card title="我的笔记">
          <View className="words">{found.note?.body ?? '还没有写笔记'}</View>
          <Press plain inline onPress={() => open(`/pkg-meeting/note/index?id=${meeting.id}`)}>{found.note ? '修改笔记' : '写笔记'}</Press>
        </Card>
      ) : null}
      {shown ? <Ballot key={shown.id} vote={shown} onVoted={reload} onClose={() => { setLater([...later, shown.id]); setBallot(null) }} /> : null}
    </>
  )
}

/** Signing in, while the meeting runs. */
function SignIn({ found: { meeting, fence } }: { found: MiniMeetingWholeFragment }) {
  const [problem, say] = useState<string | null>(null)
  const { me } = meeting
  if (meeting.state !== 'RUNNING' || !me) return null
  if (me.signedAt) {
    return <Card><View className="row"><View className="row-text strong">✓ {clock(me.signedAt)} 已签到</View><View className="soft">{me.way ? signWays[me.way].label : ''}</View></View></Card>
  }
  if (!meeting.signOpen) return <View className="card soft" role="status">签到还没有开启。开启后，这里会出现签到按钮。</View>
  return (
    <>
      <Press onPress={() => void scanMeeting(say)}>扫码签到</Press>
      {fence ? <Press plain onPress={() => open(`/pkg-meeting/sign/index?m=${meeting.id}&by=place`)}>定位签到</Press> : null}
      {problem ? <View className="note" role="alert">{problem}</View> : null}
    </>
  )
}

/** Leave, before the meeting begins. */
function Leave({ found: { meeting }, reload }: { found: MiniMeetingWholeFragment; reload: () => Promise<void> }) {
  const action = useAction()
  const { me } = meeting
  if (!me || me.part !== 'SHOULD') return null
  const told = me.leaveState ? (
    <>
      <Fact label="请假类型">{me.leaveKind ? leaveKinds[me.leaveKind].label : ''}</Fact>
      <Fact label="请假原因">{me.leaveReason}</Fact>
      {me.leaveAnswer ? <Fact label="审批意见">{me.leaveAnswer}</Fact> : null}
    </>
  ) : null
  if (meeting.state !== 'PUBLISHED') return told ? <Card title="我的请假">{told}</Card> : null
  const withdraw = async () => {
    if (!(await confirm('撤回请假', '撤回后，请按时参加会议。', '撤回'))) return
    await action.run(async () => {
      await surely(() => ask(MiniTakeBackLeaveDocument, { id: meeting.id })).catch((cause) => { if (cause?.code !== 'NO_LEAVE') throw cause })
      done('已撤回')
      await reload()
    })
  }
  const leave = () => open(`/pkg-meeting/leave/index?id=${meeting.id}`)
  if (!told) return <Press plain onPress={leave}>请假</Press>
  return (
    <Card title={me.leaveState === 'GRANTED' ? '请假已同意' : me.leaveState === 'REFUSED' ? '请假未同意，请按时参加' : '请假待审批'}>
      {told}
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
      {me.leaveState === 'REFUSED' ? <Press plain inline onPress={leave}>重新请假</Press> : <Press plain inline busy={action.busy} onPress={() => void withdraw()}>撤回请假</Press>}
    </Card>
  )
}
