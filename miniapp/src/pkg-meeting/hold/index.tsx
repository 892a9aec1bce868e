import { View } from '@tarojs/components'
import { MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniCloseSignInDocument, MiniEndMeetingDocument, MiniHoldLiveDocument, MiniOpenSignInDocument, MiniPublishMeetingDocument, MiniRemoveMeetingDocument, MiniStartMeetingDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { meetingModes, meetingStates } from '@zhibu/api/meeting-words'
import type { MiniHoldLiveSubscription, MiniMeetingWholeFragment } from '@zhibu/api/generated'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Fact, Link, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, back, open } from '@/lib/navigate'
import { surely } from '@/lib/surely'
import { confirm, done, useAction } from '@/lib/use-action'
import { useLive } from '@/lib/use-live'
import { useQuery } from '@/lib/use-query'
import { Files } from '../files'
import { LineBroken } from '../line-broken'
import { Minutes } from '../minutes-card'
import { timeWords } from '../words'
import { Votes } from './votes'

/** One meeting for who holds it (M-2.1): from announced to its minutes. */
export default function Hold() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMeetingDocument, { id })
  const found = query.data?.meeting.meeting
  const on = found !== undefined && found.manages && found.meeting.state === 'RUNNING'
  const { broken } = useLive(MiniHoldLiveDocument, { id }, { on, query, news: ({ meetingScreen }) => !found || hasMoved(found, meetingScreen) })
  return <Screen title="会议管理" ask={query}>{found ? <Opened found={found} broken={broken} reload={query.reload} /> : null}</Screen>
}

/** Whether a step was taken, somebody came, or somebody voted. What participants follow tells of the steps only; the screen's counts too. */
function hasMoved({ meeting, votes }: MiniMeetingWholeFragment, told: MiniHoldLiveSubscription['meetingScreen']): boolean {
  return (['state', 'signOpen', 'should', 'attended', 'late', 'onLeave'] as const).some((key) => told[key] !== meeting[key]) || told.votes.some((vote) => {
    const own = votes.find(({ id }) => id === vote.id)
    return own?.version !== vote.version || (vote.state === 'OPEN' && own.voted !== vote.voted)
  })
}

function Opened({ found, broken, reload }: { found: MiniMeetingWholeFragment; broken: boolean; reload: () => Promise<void> }) {
  const { meeting } = found
  const { id, version, state } = meeting
  const action = useAction()
  const to = (page: string) => open(`/pkg-meeting/${page}/index?id=${id}`)
  /** Steps may be repeated: beginning twice is beginning once. */
  const step = (words: string, work: () => Promise<unknown>, question?: string) => async () => {
    if (question && !(await confirm(words, question, words))) return
    await action.run(async () => {
      await surely(work)
      done(`已${words}`)
      await reload()
    })
  }
  const publish = step('发布', () => ask(MiniPublishMeetingDocument, { id, version }), '发布后，参会人员就能看到这次会议。')
  const start = step('开始会议', () => ask(MiniStartMeetingDocument, { id }), '开始后不能再请假，可以开启签到。')
  const openSign = step('开启签到', () => ask(MiniOpenSignInDocument, { id }))
  const closeSign = step('关闭签到', () => ask(MiniCloseSignInDocument, { id }), '关闭后，参会人员不能再自己签到。')
  const end = step('散会', () => ask(MiniEndMeetingDocument, { id }), '散会后签到和投票都不能再进行，可以接着填写纪要。')
  const remove = async () => {
    if (!(await confirm('删除草稿', '删除后不能恢复。', '删除'))) return
    await action.run(async () => {
      await ask(MiniRemoveMeetingDocument, { id, version })
      done('已删除')
      back('/pkg-meeting/held/index')
    })
  }
  const planned = state === 'DRAFT' || state === 'PUBLISHED'
  const begun = state === 'RUNNING' || state === 'MINUTES_PENDING' || state === 'FINISHED'
  if (!found.manages) return <View className="card">您没有管理这次会议的权限。</View>
  return (
    <>
      <Card>
        <View className="sheet-title">{meeting.title}</View>
        <View className="tags"><Tag tone={meetingStates[state].tone}>{meetingStates[state].label}</Tag>{state === 'RUNNING' ? <> <Tag tone={meeting.signOpen ? 'ok' : ''}>{meeting.signOpen ? '签到已开启' : '签到未开启'}</Tag></> : null}</View>
        <View>{timeWords(meeting.startsAt, meeting.endsAt)}</View>
        <View>{meeting.place ?? '视频会议'}</View>
        {found.cancelledReason ? <View>取消原因：{found.cancelledReason}</View> : null}
        {broken ? <LineBroken /> : null}
      </Card>
      {state === 'CANCELLED' ? null : (
        <Card>
          <View className="counts">
            {[['应到', meeting.should], ['实到', meeting.attended], ['请假', meeting.onLeave]].map(([words, number]) => (
              <View key={words} className="counts-one"><View className="counts-number">{number}</View><View className="soft">{words}</View></View>
            ))}
          </View>
          {begun ? <View className="soft">{meeting.late ? `其中迟到 ${meeting.late} 人。` : ''}{found.quorate ? '已达到规定的到会人数' : '未达到规定的到会人数'}</View> : null}
        </Card>
      )}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {state === 'DRAFT' ? <Press busy={action.busy} onPress={() => void publish()}>发布</Press> : null}
      {state === 'PUBLISHED' ? <Press busy={action.busy} onPress={() => void start()}>开始会议</Press> : null}
      {state === 'RUNNING' && !meeting.signOpen ? <Press busy={action.busy} onPress={() => void openSign()}>开启签到</Press> : null}
      {state === 'RUNNING' && meeting.signOpen ? (
        <>
          <View className="card soft">签到二维码请在会场电脑的“签到大屏”上显示{found.fence ? '；参会人员也可以定位签到' : ''}。</View>
          <Press plain busy={action.busy} onPress={() => void closeSign()}>关闭签到</Press>
        </>
      ) : null}
      {state === 'MINUTES_PENDING' ? <Press onPress={() => to('minutes')}>填写会议纪要</Press> : null}
      <Minutes minutes={found.minutes} />
      {planned ? <Press plain onPress={() => to('edit')}>修改会议</Press> : null}
      {state === 'CANCELLED' ? null : (
        <Card>
          <Link onPress={() => to('people')} note={`${meeting.should} 人`}>参会人员{state === 'RUNNING' || state === 'MINUTES_PENDING' ? '和代为登记' : ''}</Link>
          {found.leaveWaiting || planned || state === 'RUNNING' ? <Link onPress={() => to('leaves')} note={found.leaveWaiting ? `${found.leaveWaiting} 人待批` : '没有待批'}>请假审批</Link> : null}
          <Link onPress={() => to('photos')} note={`${found.files.filter(({ kind }) => kind === 'PHOTO').length} 张`}>会议照片</Link>
        </Card>
      )}
      {state === 'CANCELLED' ? null : <Votes found={found} reload={reload} />}
      <Card title="会议议程"><View className="words">{found.agenda}</View></Card>
      <Files files={found.files.filter(({ kind }) => kind !== 'PHOTO')} />
      <Card>
        <Fact label="党组织">{meeting.organisation.shortName}</Fact>
        <Fact label="类型">{meeting.types.map(({ name }) => name).join('、')}</Fact>
        {meeting.mode === 'OFFLINE' ? null : <Fact label="会议方式">{meetingModes[meeting.mode].label}</Fact>}
        {found.link ? <Fact label="会议链接">{found.link}</Fact> : null}
        {found.speaker ? <Fact label="主讲人">{found.speaker}</Fact> : null}
        {meeting.mode === 'VIDEO' ? null : <Fact label="签到范围">{found.fence ? `会场 ${found.fence.radius} 米以内可定位签到` : '只用扫码签到'}</Fact>}
        <Fact label="迟到时限">开始后 {found.lateMinutes} 分钟</Fact>
        {found.noteCount ? <Fact label="参会人员笔记">{found.noteCount} 篇，请在电脑上查看</Fact> : null}
      </Card>
      {state === 'RUNNING' ? <Press plain onPress={() => to('minutes')}>填写会议纪要（同时结束会议）</Press> : null}
      {state === 'RUNNING' ? <Press plain busy={action.busy} onPress={() => void end()}>散会</Press> : null}
      {state === 'FINISHED' ? <Press plain onPress={() => to('minutes')}>更正会议纪要</Press> : null}
      {state === 'PUBLISHED' ? <Press plain onPress={() => to('call-off')}>取消会议</Press> : null}
      {state === 'DRAFT' ? <Press plain busy={action.busy} onPress={() => void remove()}>删除草稿</Press> : null}
    </>
  )
}
