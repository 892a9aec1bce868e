import { useQuery } from '@tanstack/react-query'
import { MeetingDocument, type MeetingBallotFragment } from '@zhibu/api'
import { WITHHELD } from '@zhibu/api/meeting-words'
import { App, Button, QRCode } from 'antd'
import { useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { useNavigate, useParams } from 'react-router'
import { useLink } from '../../kit/page'
import { ErrorState, Loading } from '../../kit/states'
import { ask } from '../../net/ask'
import { useScreen, type Shown } from './use-screen'
import { meetingStates } from './words'
import './meeting.css'

const TILES = 60

/** 签到大屏: over everything else, to be read from the last row. */
export default function ScreenPage() {
  const { id = '' } = useParams()
  const navigate = useNavigate()
  const link = useLink()
  const { shown, cut, failure } = useScreen(id)
  // Why there is nothing to watch.
  const first = useQuery({ queryKey: ['meeting', 'one', id], queryFn: async ({ signal }) => (await ask(MeetingDocument, { id }, signal)).meeting.meeting })
  const { message } = App.useApp()
  // What was told before does not cover the numbers.
  useEffect(() => message.destroy(), [message])
  useEffect(() => {
    const root = document.getElementById('root')
    root?.setAttribute('inert', '')
    return () => root?.removeAttribute('inert')
  }, [])
  useEffect(() => { document.title = `签到大屏 · ${shown?.title ?? ''}` }, [shown?.title])
  const leave = () => {
    if (document.fullscreenElement) void document.exitFullscreen()
    void navigate(link(`/meeting/list/${id}`))
  }
  const fault = failure ?? (first.isError && !shown ? first.error : null)
  return createPortal(
    <main className="z-screen" aria-label="签到大屏">
      {shown && !fault
        ? <Screen id={id} shown={shown} cut={cut} onLeave={leave} />
        : (
          <div className="z-screen-wait">
            {fault ? <ErrorState error={fault} /> : cut ? <p role="alert" className="z-screen-cut">连接中断，正在重连…</p> : <Loading label="正在打开大屏" />}
            <Button size="large" onClick={leave}>返回会议</Button>
          </div>
        )}
    </main>,
    document.body,
  )
}

function Screen({ id, shown, cut, onLeave }: { id: string; shown: Shown; cut: boolean; onLeave: () => void }) {
  const [whole, setWhole] = useState(Boolean(document.fullscreenElement))
  useEffect(() => {
    const look = () => setWhole(Boolean(document.fullscreenElement))
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  const open = shown.votes.find(({ state }) => state === 'OPEN')
  const ended = shown.votes.filter(({ state }) => state === 'ENDED').sort((one, other) => (one.endedAt ?? '').localeCompare(other.endedAt ?? '')).at(-1)
  const numbers: [string, number][] = [['应到', shown.should], ['实到', shown.attended], ['迟到', shown.late], ['请假', shown.onLeave]]
  return (
    <>
      <header>
        <div><p>{shown.organisation}</p><h1>{shown.title}</h1></div>
        <nav aria-label="大屏操作">
          <Button ghost onClick={() => void (whole ? document.exitFullscreen() : document.documentElement.requestFullscreen())}>{whole ? '退出全屏' : '全屏'}</Button>
          <Button ghost onClick={onLeave}>返回会议</Button>
        </nav>
      </header>
      {cut && <p role="alert" className="z-screen-cut">连接中断，正在重连…</p>}
      <div className="z-screen-body">
        <section className="z-screen-code" aria-label="签到二维码">
          {cut
            ? <p className="z-screen-closed">恢复连接后<br />重新显示二维码</p>
            : shown.signOpen && shown.code
              ? <Code id={id} code={shown.code} />
              : <p className="z-screen-closed">{shown.state === 'RUNNING' ? '签到未开启' : meetingStates[shown.state].label}</p>}
        </section>
        <section className="z-screen-main">
          <dl aria-label="到会人数">{numbers.map(([name, value]) => <div key={name} className={name === '实到' ? 'z-screen-there' : ''}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
          {open ? <Open vote={open} /> : ended && <Ended vote={ended} />}
          <ul className="z-screen-tiles" aria-label="最新签到" aria-live="off">
            {shown.latest.slice(0, open || ended ? 24 : TILES).map(({ person, late }) => (
              <li key={person.id}><i aria-hidden>{person.name.slice(0, 1)}</i><span>{person.name}</span>{late && <b>迟到</b>}</li>
            ))}
          </ul>
          {shown.latest.length === 0 && <p className="z-screen-none">{shown.signOpen ? '请用手机扫描左侧二维码签到' : '还没有人签到'}</p>}
        </section>
      </div>
    </>
  )
}

function Code({ id, code }: { id: string; code: string }) {
  const address = `${location.origin}/m/#/pkg-meeting/sign/index?m=${id}&c=${encodeURIComponent(code)}`
  return (
    <>
      <div className="z-screen-qr" data-address={address}>
        <QRCode type="svg" value={address} size={600} bordered={false} errorLevel="L" bgColor="#ffffff" color="#000000" role="img" aria-label="签到二维码" />
      </div>
      <p>手机扫码签到</p>
      <p className="z-screen-small">二维码每隔几秒更换，截图无效</p>
    </>
  )
}

function Open({ vote }: { vote: MeetingBallotFragment }) {
  const [voted, roll] = [vote.voted ?? 0, vote.roll ?? 0]
  return (
    <section className="z-screen-vote" aria-label="正在投票">
      <h2><b>正在投票</b>{vote.title}</h2>
      <div role="progressbar" aria-label="投票进度" aria-valuemin={0} aria-valuemax={roll} aria-valuenow={voted}><i style={{ width: `${roll > 0 ? (voted * 100) / roll : 0}%` }} /></div>
      <p>已投 {voted} 人，共 {roll} 人</p>
    </section>
  )
}

function Ended({ vote }: { vote: MeetingBallotFragment }) {
  if (vote.withheld) return <section className="z-screen-vote" aria-label="投票结果"><h2><b>投票结果</b>{vote.title}</h2><p>{WITHHELD}</p></section>
  const most = Math.max(1, ...(vote.counts ?? []))
  return (
    <section className="z-screen-vote" aria-label="投票结果">
      <h2><b>投票结果</b>{vote.title}{vote.passed !== null && <em>{vote.passed ? '通过' : '未通过'}</em>}{vote.rule === 'ELECTION' && <em>{vote.elected.length > 0 ? `当选 ${vote.elected.length} 人` : '无人当选'}</em>}</h2>
      <ul>
        {vote.options.slice(0, 8).map((option, at) => (
          <li key={option}><span>{option}{vote.elected.includes(at) && '（当选）'}</span><div><i style={{ width: `${((vote.counts?.[at] ?? 0) * 100) / most}%` }} /></div><b>{vote.counts?.[at] ?? 0} 票</b></li>
        ))}
      </ul>
    </section>
  )
}
