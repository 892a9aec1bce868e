import { ContributionStatisticsDocument, type ContributionStatisticsQuery } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select, Table } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { NumberCards } from '../../kit/number-cards'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { wordFrom } from '../../kit/use-dictionary'
import { ask } from '../../net/ask'
import { KIND, hours, useKinds } from './words'

type Found = ContributionStatisticsQuery['contribution']['statistics']

const THIS_YEAR = new Date().getFullYear()
const YEARS = [0, 1, 2, 3].map((back) => THIS_YEAR - back)
const share = (part: number, whole: number) => (whole > 0 ? `${Math.round((part / whole) * 100)}%` : '—')

/** What was done in a year: in all, by kind, by branch. */
export function Statistics({ under }: { under: string | null }) {
  const [year, setYear] = useState(THIS_YEAR)
  const numbers = useQuery({
    queryKey: ['contribution', 'numbers', under, year],
    queryFn: async ({ signal }) => (await ask(ContributionStatisticsDocument, { under, from: `${year}-01-01`, to: `${year}-12-31` }, signal)).contribution.statistics,
    placeholderData: keepPreviousData,
  })
  const chosen = (
    <p className="z-inline z-gap-bottom">
      <Select aria-label="统计年度" value={year} onChange={setYear} options={YEARS.map((one) => ({ value: one, label: `${one}年` }))} />
      <span className="z-muted">按日期统计</span>
    </p>
  )
  return <QueryBoundary query={numbers}>{(found) => <Numbers found={found}>{chosen}</Numbers>}</QueryBoundary>
}

function Numbers({ found, children }: { found: Found; children: ReactNode }) {
  const link = useLink()
  const { data: entries } = useKinds()
  return (
    <>
      <section className="z-card" aria-label="汇总">
        {children}
        <NumberCards label="本年情况" cards={[
          { label: '登记', value: found.count, unit: '条' },
          { label: '参与党员', value: found.people, unit: '人', note: `占 ${share(found.people, found.members)}` },
          { label: '累计时长', value: Math.round(found.minutes / 60), unit: '小时' },
          { label: '尚无登记的支部', value: found.silent, unit: '个' },
        ]} />
      </section>
      <Section title="各类型">
        <Table<Found['kinds'][number]>
          aria-label="各类型情况" rowKey="kind" size="small" scroll={{ x: 'max-content' }} dataSource={found.kinds} pagination={false} locale={{ emptyText: '本年还没有登记' }}
          columns={[
            { key: 'kind', title: '类型', render: (_, row) => wordFrom(entries, KIND, row.kind) },
            { key: 'count', title: '条数', render: (_, row) => row.count },
            { key: 'people', title: '参与人数', render: (_, row) => row.people },
            { key: 'hours', title: '累计时长', render: (_, row) => hours(row.minutes) },
          ]}
        />
      </Section>
      <Section title="各党支部">
        <Table<Found['branches'][number]>
          aria-label="各党支部情况" rowKey={({ branch }) => branch.id} size="small" scroll={{ x: 'max-content' }}
          dataSource={found.branches} pagination={{ pageSize: 20, hideOnSinglePage: true }} locale={{ emptyText: '此范围内没有党员' }}
          columns={[
            { key: 'branch', title: '党支部', render: (_, row) => <Link className="z-wrap" to={link(`/member/contribution?org=${row.branch.id}`)}>{row.branch.shortName}</Link> },
            { key: 'count', title: '条数', render: (_, row) => (row.count > 0 ? row.count : <span className="z-tag z-tag--warn">0</span>) },
            { key: 'people', title: '参与人数', render: (_, row) => `${row.people} / ${row.members}` },
            { key: 'share', title: '参与率', render: (_, row) => share(row.people, row.members) },
            { key: 'hours', title: '累计时长', render: (_, row) => hours(row.minutes) },
          ]}
        />
      </Section>
    </>
  )
}
