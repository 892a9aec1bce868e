import { MeetingNumbersDocument, type MeetingNumbersQuery } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select, Table } from 'antd'
import dayjs from 'dayjs'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useScope } from '../../app/scope'
import { BarChart } from '../../kit/bar-chart'
import { Section } from '../../kit/detail-drawer'
import { LineChart } from '../../kit/line-chart'
import { Page, useLink } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { meetingAlerts, rate, yearsFrom } from './words'
import '../../styles/charts.css'
import './meeting.css'

type Found = MeetingNumbersQuery['meeting']['statistics']

const WARNED = 10
const CHARTED = 10

/** 开展情况: what was held in a year against what should have been. */
export default function StatsPage() {
  const { org } = useScope()
  const [year, setYear] = useState(dayjs().year())
  const numbers = useQuery({
    queryKey: ['meeting', 'numbers', org, year],
    queryFn: async ({ signal }) => (await ask(MeetingNumbersDocument, { under: org, year }, signal)).meeting.statistics,
    placeholderData: keepPreviousData,
  })
  return (
    <Page title="开展情况" menu="meeting.stats" hint="按会议开始日期统计；草稿和已取消的会议不计。"
      extra={<Select aria-label="统计年度" value={year} onChange={setYear} options={yearsFrom(0)} />}>
      <QueryBoundary query={numbers}>{(found) => <Numbers found={found} year={year} />}</QueryBoundary>
    </Page>
  )
}

function Card({ label, value, children }: { label: string; value: string; children: ReactNode }) {
  return <li><div><span className="z-number-label">{label}</span> <span className="z-number"><b>{value}</b></span> <span className="z-number-note">{children}</span></div></li>
}

function Numbers({ found, year }: { found: Found; year: number }) {
  const link = useLink()
  const now = dayjs()
  const months = found.months.filter(({ month }) => year < now.year() || month <= now.month() + 1)
  const most = months.reduce((best, one) => (one.held > best.held ? one : best), { month: 0, held: 0 })
  const kinds = found.kinds.filter(({ held, required }) => held > 0 || required > 0)
  const rated = found.organisations.filter(({ required }) => required > 0)
  const meetings = (id: string) => `/meeting/list?org=${id}&days=${year}-01-01~${year}-12-31`
  return (
    <>
      <section className="z-card" aria-label="汇总">
        <ul className="z-numbers" aria-label="本年情况">
          <Card label="开展率" value={rate(found.fulfilled, found.required)}>应开 {found.required} 次，已完成 {found.fulfilled} 次</Card>
          <Card label="实开会议" value={`${found.held} 次`}>另有 {found.open} 次待开或进行中</Card>
          <Card label="参会率" value={rate(found.attended, found.should)}>应到 {found.should} 人次，实到 {found.attended} 人次</Card>
          <Card label="党员参学率" value={rate(found.taught, found.members)}>党员 {found.members} 人，参加过 {found.taught} 人</Card>
        </ul>
      </section>
      <Section title={`预警（${found.warnings.length}）`}>
        {found.warnings.length === 0 ? <EmptyState text="没有预警" /> : <Warnings found={found} />}
      </Section>
      <div className="z-pair">
        <Section title="各类型占比">
          {found.held === 0 ? <EmptyState text="本年还没有召开会议" /> : (
            <>
              <BarChart label="各类型召开次数" unit="次" bars={kinds.map(({ kind, held }) => ({ key: kind.code, label: kind.name, value: held, to: `/meeting/list?kind=${kind.code}` }))} />
              <p className="z-muted">{kinds.filter(({ held }) => held > 0).map(({ kind, held }) => `${kind.name} ${rate(held, found.held)}`).join('，')}（占全部会议；一次会议属于几类的，各计一次）</p>
            </>
          )}
        </Section>
        <Section title="各月召开">
          <LineChart label={`${year}年各月召开次数`} heads={['月份', '次数']} words={most.held > 0 ? `${most.month}月召开最多，${most.held} 次` : '本年还没有召开会议'}
            points={months.map(({ month, held }) => ({ key: String(month), mark: `${month}月`, value: held, words: `${month}月召开 ${held} 次`, cells: [`${month}月`, held] }))} />
        </Section>
      </div>
      <Section title="各类型开展率">
        <Table<Found['kinds'][number]>
          aria-label="各类型开展情况" rowKey={({ kind }) => kind.code} size="small" scroll={{ x: 'max-content' }} dataSource={kinds} pagination={false} locale={{ emptyText: '本年没有应开和已开的会议' }}
          columns={[
            { key: 'kind', title: '会议类型', render: (_, row) => row.kind.name },
            { key: 'required', title: '应开', render: (_, row) => row.required },
            { key: 'fulfilled', title: '完成', render: (_, row) => row.fulfilled },
            { key: 'held', title: '实开', render: (_, row) => row.held },
            { key: 'rate', title: '开展率', render: (_, row) => rate(row.fulfilled, row.required) },
          ]}
        />
      </Section>
      {rated.length > 1 && (
        <Section title="开展率较低的组织">
          <BarChart label="开展率较低的组织" unit="%" bars={rated.slice(0, CHARTED).map(({ organisation, fulfilled, required }) => ({ key: organisation.id, label: organisation.shortName, value: Math.round((fulfilled * 100) / required), to: meetings(organisation.id) }))} />
        </Section>
      )}
      <Section title="各组织">
        <Table<Found['organisations'][number]>
          aria-label="各组织开展情况" rowKey={({ organisation }) => organisation.id} size="small" scroll={{ x: 'max-content' }} dataSource={found.organisations}
          pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} locale={{ emptyText: '此范围内没有组织' }}
          columns={[
            { key: 'organisation', title: '组织', render: (_, row) => <Link className="z-wrap" to={link(meetings(row.organisation.id))}>{row.organisation.shortName}</Link> },
            { key: 'required', title: '应开', render: (_, row) => row.required },
            { key: 'fulfilled', title: '完成', render: (_, row) => row.fulfilled },
            { key: 'held', title: '实开', render: (_, row) => row.held },
            { key: 'rate', title: '开展率', render: (_, row) => <span className={row.required > 0 && row.fulfilled < row.required ? 'z-tag z-tag--warn' : ''}>{rate(row.fulfilled, row.required)}</span> },
            { key: 'attended', title: '实到/应到人次', render: (_, row) => `${row.attended} / ${row.should}` },
            { key: 'share', title: '参会率', render: (_, row) => rate(row.attended, row.should) },
          ]}
        />
      </Section>
    </>
  )
}

function Warnings({ found }: { found: Found }) {
  const link = useLink()
  const [all, setAll] = useState(false)
  const shown = all ? found.warnings : found.warnings.slice(0, WARNED)
  const count = (level: keyof typeof meetingAlerts) => found.warnings.filter((one) => one.level === level).length
  return (
    <>
      <p className="z-inline z-gap-bottom">{(['RED', 'YELLOW', 'BLUE'] as const).map((level) => <span key={level} className={`z-tag z-tag--${meetingAlerts[level].tone}`}>{meetingAlerts[level].label}（{meetingAlerts[level].hint}）{count(level)} 项</span>)}</p>
      <ul className="z-rows z-meeting-warnings" aria-label="预警">
        {shown.map((one, index) => (
          <li key={index}>
            <Link to={link(`/meeting/list?org=${one.organisation.id}&days=${one.from}~${one.to}`)}>{one.organisation.shortName}</Link>
            <span>{one.kind}：{day(one.from)} 至 {day(one.to)} 应召开</span>
            <span className={`z-tag z-tag--${meetingAlerts[one.level].tone}`}>{meetingAlerts[one.level].label} · {meetingAlerts[one.level].hint}</span>
          </li>
        ))}
      </ul>
      {!all && found.warnings.length > WARNED && <button type="button" className="z-plain" onClick={() => setAll(true)}>查看全部 {found.warnings.length} 项</button>}
    </>
  )
}
