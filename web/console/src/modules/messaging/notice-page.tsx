import { NoticeDocument, type NoticeWholeFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import dayjs from 'dayjs'
import { useEffect } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { BarChart } from '../../kit/bar-chart'
import { Section } from '../../kit/detail-drawer'
import { NumberCards } from '../../kit/number-cards'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import { useNoticeActs } from './acts'
import { Readers } from './readers'
import { announcementStates, deliveryWord, minutesWords, occasions, rungs, share, STATES, yuan } from './words'
import './messaging.css'

const EVERY = 10_000

/** Whether something may still happen by itself: what was sent is under way, or somebody may read it. */
const moves = ({ announcement: { state, read, people }, rungs: ladder }: NoticeWholeFragment): boolean =>
  (state === 'SENT' && read < people) || ladder.some(({ counts }) => counts.some(({ state: one, count }) => count > 0 && (one === 'QUEUED' || one === 'SENDING')))

/** One notice: what it says, who has read it, and what became of each rung. */
export default function NoticePage() {
  const { id = '' } = useParams()
  const link = useLink()
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: ['notice', 'one', id], queryFn: async ({ signal }) => (await ask(NoticeDocument, { id }, signal)).messaging.announcement,
    refetchInterval: ({ state }) => (state.data && moves(state.data) ? EVERY : false),
  })
  // The list of readers follows when numbers have moved.
  const numbers = query.data && JSON.stringify([query.data.announcement.read, query.data.announcement.state, query.data.rungs])
  useEffect(() => {
    if (numbers) void queries.invalidateQueries({ queryKey: ['notice-readers'] })
  }, [numbers, queries])
  return (
    <Page title={query.data?.announcement.title ?? '通知详情'} menu="notice">
      <QueryBoundary query={query} back={<Link to={link('/notice')}><Button type="primary">返回列表</Button></Link>}>
        {(one) => <Notice one={one} at={query.dataUpdatedAt} />}
      </QueryBoundary>
    </Page>
  )
}

function Notice({ one, at }: { one: NoticeWholeFragment; at: number }) {
  const { announcement: row } = one
  const navigate = useNavigate()
  const link = useLink()
  const { remind, withdraw, remove } = useNoticeActs(() => void navigate(link('/notice')))
  const sent = row.state === 'SENT'
  return (
    <>
      <section className="z-card z-notice-head" aria-label="通知情况">
        <div className="z-notice-line">
          <p className="z-inline">
            <StatusTag dict={announcementStates} value={row.state} />
            <b>{occasions[row.occasion].label}</b>
            <span className="z-muted">{row.organisation.name} · {row.author} · {instant(row.createdAt)}</span>
          </p>
          {one.manages && (
            <div className="z-inline">
              <Button danger onClick={() => remove(row)}>删除</Button>
              {sent && <Button danger onClick={() => withdraw(row)}>撤回</Button>}
              {sent && row.read < row.people && <Button type="primary" onClick={() => remind(row)}>催读</Button>}
            </div>
          )}
        </div>
        {!sent && <p>{one.withdrawnBy} 于 {instant(one.withdrawnAt)} 撤回，原因：{one.withdrawnReason}</p>}
        <NumberCards label="阅读情况" cards={[
          { label: '接收人', value: row.people, unit: '人' },
          { label: '已读', value: row.read, unit: '人', note: `占 ${share(row.read, row.people)}` },
          { label: '未读', value: row.people - row.read, unit: '人' },
          { label: '短信、电话费用', value: row.fen / 100, unit: '元' },
        ]} />
        <Progress percent={row.people > 0 ? Math.floor(row.read * 100 / row.people) : 0} showInfo={false} aria-label={`已读 ${share(row.read, row.people)}`} />
        <p className="z-muted" role="status">更新于 {dayjs(at).format('HH:mm:ss')}{moves(one) && '，每 10 秒自动更新'}</p>
      </section>
      <Section title="正文"><p className="z-lines z-notice-text">{one.text}</p></Section>
      {one.rungs.length > 0 && (
        <Section title="提醒方式">
          <div className="z-notice-rungs">
            {one.rungs.map((rung) => <RungCounts key={rung.rung} {...rung} />)}
          </div>
        </Section>
      )}
      <section aria-labelledby="readers">
        <h2 id="readers" className="z-notice-title">接收人</h2>
        <Readers one={one} />
      </section>
    </>
  )
}

function RungCounts({ rung, afterMinutes, templateName, counts, fen }: NoticeWholeFragment['rungs'][number]) {
  const bars = STATES.flatMap((state) => {
    const count = counts.find((one) => one.state === state)?.count ?? 0
    return count > 0 ? [{ key: state, label: deliveryWord(rung, state), value: count }] : []
  })
  return (
    <div>
      <h3>{rungs[rung].label}</h3>
      <p className="z-muted">{[afterMinutes === 0 ? '立即发送' : `${minutesWords(afterMinutes)}后仍未读时发送`, templateName, rung === 'PUSH' ? null : `费用 ${yuan(fen)}`].filter(Boolean).join(' · ')}</p>
      {bars.length > 0 ? <BarChart label={`${rungs[rung].label}情况`} unit="人" bars={bars} /> : <p>还没有发出（免打扰时段内等到结束后再发）</p>}
    </div>
  )
}
