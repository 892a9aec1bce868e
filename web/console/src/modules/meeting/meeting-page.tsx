import {
  CancelMeetingDocument, CloseSignInDocument, EndMeetingDocument, MeetingDocument, OpenSignInDocument, PublishMeetingDocument, RemoveMeetingDocument, StartMeetingDocument,
  type MeetingFullFragment, type MeetingState,
} from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Dropdown, Grid, Select, Steps, Tabs } from 'antd'
import { useEffect } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { NumberCards } from '../../kit/number-cards'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import { Files } from './files'
import { MinutesTab } from './minutes'
import { Notes } from './notes'
import { Overview } from './overview'
import { Roll } from './roll'
import { Door, Recorder } from './room'
import { useScreen, type Shown } from './use-screen'
import { Votes } from './votes'
import { meetingStates, rate, span } from './words'
import '../../styles/development.css'
import './meeting.css'

/** A meeting, and what takes the newest of it. */
export interface Taking { one: MeetingFullFragment; onTaken: (next: MeetingFullFragment) => void }

const WAY: MeetingState[] = ['DRAFT', 'PUBLISHED', 'RUNNING', 'MINUTES_PENDING', 'FINISHED']

/** One meeting, from the plan to the minutes. */
export default function MeetingPage() {
  const { id = '' } = useParams()
  const link = useLink()
  const queries = useQueryClient()
  const key = ['meeting', 'one', id]
  const query = useQuery({
    queryKey: key, queryFn: async ({ signal }) => (await ask(MeetingDocument, { id }, signal)).meeting.meeting,
    // Requests for leave and notes come while one looks.
    refetchInterval: ({ state }) => (state.data && ['PUBLISHED', 'RUNNING'].includes(state.data.meeting.state) ? 15_000 : false),
  })
  const { shown, cut } = useScreen(query.data?.manages && query.data.meeting.state === 'RUNNING' ? id : null)
  // What moved beside the numbers is asked for.
  const step = shown && JSON.stringify([shown.state, shown.signOpen, shown.votes.map((vote) => [vote.id, vote.version, vote.state])])
  useEffect(() => {
    if (step) void queries.invalidateQueries({ queryKey: ['meeting', 'one', id] })
  }, [step, queries, id])
  const signed = shown && `${shown.attended} ${shown.late} ${shown.onLeave} ${shown.should}`
  useEffect(() => {
    if (!signed) return
    const timer = setTimeout(() => {
      void queries.invalidateQueries({ queryKey: ['meeting-seats'] })
      void queries.invalidateQueries({ queryKey: ['meeting', 'seated', id] })
    }, 800)
    return () => clearTimeout(timer)
  }, [signed, queries, id])
  const taken = (next: MeetingFullFragment) => {
    queries.setQueryData(key, next)
    void queries.invalidateQueries({ queryKey: ['meetings'] })
    void queries.invalidateQueries({ queryKey: ['meeting-seats'] })
    void queries.invalidateQueries({ queryKey: ['meeting'], predicate: ({ queryKey }) => !(queryKey[1] === 'one' && queryKey[2] === id) })
  }
  return (
    <Page title={query.data?.meeting.title ?? '会议'} menu="meeting.list">
      <QueryBoundary query={query} back={<Link to={link('/meeting/list')}><Button type="primary">返回列表</Button></Link>}>
        {(one) => <Meeting one={one} shown={shown} cut={cut} onTaken={taken} />}
      </QueryBoundary>
    </Page>
  )
}

const TABS = ['overview', 'people', 'votes', 'notes', 'files', 'minutes'] as const

function Meeting({ one, shown, cut, onTaken }: Taking & { shown: Shown | null; cut: boolean }) {
  const [params, setParams] = useSearchParams()
  const { meeting } = one
  const tab = TABS.find((each) => each === params.get('tab')) ?? 'overview'
  const open = (next: string) => setParams((now) => {
    const to = new URLSearchParams({ tab: next })
    const kept = now.get('org')
    if (kept) to.set('org', kept)
    return to
  }, { replace: true })
  const numbers = shown ?? meeting
  const begun = !['DRAFT', 'PUBLISHED'].includes(meeting.state)
  const props = { one, onTaken }
  const roomy = Grid.useBreakpoint().md ?? true
  const parts = [
    { key: 'overview', label: '概况', children: <Overview one={one} /> },
    ...(one.manages ? [{ key: 'people', label: one.leaveWaiting > 0 ? `参会名单（${one.leaveWaiting} 待批）` : '参会名单', children: <Roll {...props} /> }] : []),
    { key: 'votes', label: `投票${one.votes.length > 0 ? `（${one.votes.length}）` : ''}`, children: <Votes {...props} live={shown?.votes ?? null} /> },
    ...(one.manages ? [{ key: 'notes', label: `笔记${one.noteCount > 0 ? `（${one.noteCount}）` : ''}`, children: <Notes meeting={meeting.id} count={one.noteCount} /> }] : []),
    { key: 'files', label: `材料影像${one.files.length > 0 ? `（${one.files.length}）` : ''}`, children: <Files {...props} /> },
    { key: 'minutes', label: '纪要', children: <MinutesTab {...props} /> },
  ]
  return (
    <>
      <section className="z-card z-next" aria-label="会议进度">
        <div className="z-meeting-head">
          <div>
            <p className="z-inline">
              <StatusTag dict={meetingStates} value={meeting.state} />
              {meeting.signOpen && <span className="z-tag z-tag--info">签到进行中</span>}
              {one.room?.recording && <span className="z-tag z-tag--bad">正在录制</span>}
              {one.room?.saving && <span className="z-tag z-tag--info">录像正在保存</span>}
              <b className="z-next-step">{nextWords(one)}</b>
            </p>
            <p className="z-muted">{meeting.organisation.shortName} · {span(meeting.startsAt, meeting.endsAt)}{meeting.place && ` · ${meeting.place}`}</p>
            {meeting.state === 'CANCELLED' && <p>取消原因：{one.cancelledReason}</p>}
          </div>
          <div className="z-inline z-meeting-acts">
            {one.manages && <Acts {...props} onTab={open} />}
            <Recorder {...props} />
            <Door one={one} />
          </div>
        </div>
        {roomy && meeting.state !== 'CANCELLED' && <Steps size="small" current={meeting.state === 'FINISHED' ? WAY.length : WAY.indexOf(meeting.state)} items={['计划', '发布', '召开', '散会', '纪要'].map((title) => ({ title }))} />}
        {cut && <p role="status" className="z-tag z-tag--warn z-meeting-cut">网络中断，数字暂不更新，正在重连…</p>}
        <NumberCards label="到会情况" cards={[
          { label: '应到', value: numbers.should, unit: '人' },
          ...(begun && meeting.state !== 'CANCELLED' ? [
            { label: '实到', value: numbers.attended, unit: '人', note: `到会率 ${rate(numbers.attended, numbers.should)}${one.quorum === 'NONE' ? '' : one.quorate ? '，达到要求' : '，未达到要求'}` },
            { label: '其中迟到', value: numbers.late, unit: '人' },
          ] : []),
          { label: '请假', value: numbers.onLeave, unit: '人', ...(one.leaveWaiting > 0 ? { note: `待审批 ${one.leaveWaiting} 人`, to: `/meeting/list/${meeting.id}?tab=people&only=asking` } : {}) },
          ...(meeting.state === 'FINISHED' ? [{ label: '缺席', value: meeting.absent, unit: '人' }] : begun && meeting.state !== 'CANCELLED'
            ? [{ label: '未签到', value: Math.max(0, numbers.should - numbers.attended - numbers.onLeave - meeting.absent), unit: '人', to: `/meeting/list/${meeting.id}?tab=people&only=open` }]
            : []),
        ]} />
      </section>
      {roomy
        ? <Tabs className="z-tabs" activeKey={tab} onChange={open} destroyOnHidden items={parts} />
        : (
          <>
            <Select className="z-block z-gap-bottom" aria-label="会议内容" value={tab} onChange={open} options={parts.map(({ key, label }) => ({ value: key, label }))} />
            {parts.find(({ key }) => key === tab)?.children}
          </>
        )}
    </>
  )
}

function nextWords({ meeting: { state, signOpen, attended }, votes }: MeetingFullFragment): string {
  switch (state) {
    case 'DRAFT': return '下一步：发布，通知参会人员'
    case 'PUBLISHED': return '下一步：到时间后开始会议'
    case 'RUNNING': return votes.some((vote) => vote.state === 'OPEN') ? '有投票正在进行，请手工结束' : signOpen ? '请在会场打开签到大屏' : attended === 0 ? '下一步：开启签到' : '下一步：散会，填写纪要'
    case 'MINUTES_PENDING': return '下一步：填写纪要，保存后会议结束'
    case 'FINISHED': return '会议已结束，资料已归档'
    case 'CANCELLED': return '会议已取消'
  }
}

/** The one next step as a button, and the others under 更多. */
function Acts({ one, onTaken, onTab }: Taking & { onTab: (tab: string) => void }) {
  const { id, version, state, signOpen, attended } = one.meeting
  const navigate = useNavigate()
  const link = useLink()
  const { message, modal } = App.useApp()
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const publish = useAction(async () => (await ask(PublishMeetingDocument, { id, version })).meeting.publish, { success: '会议已发布，参会人员可以看到', done: onTaken })
  const start = useAction(async () => (await ask(StartMeetingDocument, { id })).meeting.start, { success: '会议已开始', done: onTaken })
  const openSign = useAction(async () => (await ask(OpenSignInDocument, { id })).meeting.openSignIn, { success: '签到已开启，请打开签到大屏', done: onTaken })
  const closeSign = useAction(async () => (await ask(CloseSignInDocument, { id })).meeting.closeSignIn, { success: '签到已关闭', done: onTaken })
  const end = useAction(async () => (await ask(EndMeetingDocument, { id })).meeting.end, {
    success: '已散会，请填写会议纪要',
    done: (next) => { onTaken(next); onTab('minutes') },
  })
  const asksEnd = () => modal.confirm({
    title: '现在散会？', okText: '散会', cancelText: '取消', onOk: () => end.mutateAsync(undefined).catch(() => undefined),
    content: signOpen ? '散会后签到随之关闭，不能再开启投票。请确认未签到的人员已核对。' : '散会后不能再开启签到和投票。',
  })
  const cancel = () => confirm({
    title: '取消会议？', content: '取消后不能恢复，参会人员会看到会议已取消和取消原因。', okText: '取消会议', reason: '取消原因',
    work: async (reason) => onTaken((await ask(CancelMeetingDocument, { id, version, reason })).meeting.cancel),
  })
  const remove = () => confirm({
    title: '删除草稿？', content: '草稿和参会名单一并删除，不能恢复。', okText: '删除草稿',
    work: async () => {
      await ask(RemoveMeetingDocument, { id, version })
      void navigate(link('/meeting/list'))
      void message.success('草稿已删除')
      await queries.invalidateQueries({ queryKey: ['meetings'] })
    },
  })
  const go = (path: string) => void navigate(link(path))
  const running = state === 'RUNNING'
  const more = [
    ...(state === 'DRAFT' || state === 'PUBLISHED' ? [{ key: 'edit', label: '编辑', onClick: () => go(`/meeting/list/${id}/edit`) }] : []),
    ...(running && !signOpen && attended > 0 ? [{ key: 'sign', label: '重新开启签到', onClick: () => openSign.mutate(undefined) }] : []),
    ...(running && !signOpen ? [{ key: 'screen', label: '打开大屏', onClick: () => go(`/meeting/list/${id}/screen`) }] : []),
    ...(running && !signOpen && attended === 0 ? [{ key: 'end', label: '散会', onClick: asksEnd }] : []),
    { key: 'copy', label: '复制为新会议', onClick: () => go(`/meeting/list/new?copy=${id}`) },
    ...(state === 'PUBLISHED' ? [{ key: 'cancel', label: '取消会议', danger: true, onClick: cancel }] : []),
    ...(state === 'DRAFT' ? [{ key: 'remove', label: '删除草稿', danger: true, onClick: remove }] : []),
  ]
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items: more }}><Button>更多</Button></Dropdown>
      {state === 'DRAFT' && <Button type="primary" loading={publish.isPending} onClick={() => publish.mutate(undefined)}>发布</Button>}
      {state === 'PUBLISHED' && <Button type="primary" loading={start.isPending} onClick={() => start.mutate(undefined)}>开始会议</Button>}
      {running && !signOpen && attended === 0 && <Button type="primary" loading={openSign.isPending} onClick={() => openSign.mutate(undefined)}>开启签到</Button>}
      {running && signOpen && <Button loading={closeSign.isPending} onClick={() => closeSign.mutate(undefined)}>关闭签到</Button>}
      {running && (signOpen || attended > 0) && <Button loading={end.isPending} type={signOpen ? 'default' : 'primary'} onClick={asksEnd}>散会</Button>}
      {running && signOpen && <Button type="primary" onClick={() => go(`/meeting/list/${id}/screen`)}>签到大屏</Button>}
      {state === 'MINUTES_PENDING' && <Button type="primary" onClick={() => onTab('minutes')}>填写纪要</Button>}
      {state === 'FINISHED' && <Button type="primary" onClick={() => go(`/meeting/list/${id}/minutes`)}>打印纪要</Button>}
    </>
  )
}
