import type { WritingNumbersFragment } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select, Table } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { LineChart } from '../../kit/line-chart'
import { NumberCards } from '../../kit/number-cards'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import type { Shelf } from './shelf'

const YEARS = [0, 1, 2, 3].map((back) => new Date().getFullYear() - back)
const share = (part: number, whole: number) => (whole > 0 ? `${Math.round((part / whole) * 100)}%` : '—')

/** What was published in a year: in all, by month, by branch. */
export function Statistics({ shelf, under }: { shelf: Shelf; under: string | null }) {
  const [year, setYear] = useState(new Date().getFullYear())
  const numbers = useQuery({
    queryKey: [shelf.key, 'numbers', under, year],
    queryFn: ({ signal }) => shelf.numbers(under, year, signal),
    placeholderData: keepPreviousData,
  })
  const chosen = (
    <p className="z-inline z-gap-bottom">
      <Select aria-label="统计年度" value={year} onChange={setYear} options={YEARS.map((one) => ({ value: one, label: `${one}年` }))} />
      <span className="z-muted">按发布日期统计，草稿和已撤回的不计</span>
    </p>
  )
  return <QueryBoundary query={numbers}>{(found) => <Numbers found={found} year={year} path={shelf.path}>{chosen}</Numbers>}</QueryBoundary>
}

function Numbers({ found, year, path, children }: { found: WritingNumbersFragment; year: number; path: string; children: ReactNode }) {
  const link = useLink()
  const now = new Date()
  const months = found.months.filter(({ month }) => year < now.getFullYear() || month <= now.getMonth() + 1)
  const most = months.reduce((best, month) => (month.count > best.count ? month : best), { month: 0, count: 0 })
  return (
    <>
      <section className="z-card" aria-label="汇总">
        {children}
        <NumberCards label="本年情况" cards={[
          { label: '发布', value: found.count, unit: '篇' },
          { label: '参与党员', value: found.people, unit: '人', note: `占 ${share(found.people, found.members)}` },
          { label: '已推荐', value: found.recommended, unit: '篇' },
          { label: '尚无发布的支部', value: found.silent, unit: '个' },
        ]} />
      </section>
      <Section title="各月发布">
        <LineChart label={`${year}年各月发布篇数`} heads={['月份', '篇数']}
          words={most.count > 0 ? `${most.month}月发布最多，${most.count} 篇` : '本年还没有发布'}
          points={months.map(({ month, count }) => ({
            key: String(month), mark: `${month}月`, value: count, words: `${month}月发布 ${count} 篇`, cells: [`${month}月`, count],
          }))} />
      </Section>
      <Section title="各党支部">
        <Table<WritingNumbersFragment['branches'][number]>
          aria-label="各党支部发布情况" rowKey={({ branch }) => branch.id} size="small" scroll={{ x: 'max-content' }}
          dataSource={found.branches} pagination={{ pageSize: 20, hideOnSinglePage: true }} locale={{ emptyText: '此范围内没有党员' }}
          columns={[
            { key: 'branch', title: '党支部', render: (_, row) => <Link className="z-wrap" to={link(`${path}?org=${row.branch.id}`)}>{row.branch.shortName}</Link> },
            { key: 'count', title: '篇数', render: (_, row) => (row.count > 0 ? row.count : <span className="z-tag z-tag--warn">0</span>) },
            { key: 'people', title: '参与人数', render: (_, row) => `${row.people} / ${row.members}` },
            { key: 'share', title: '参与率', render: (_, row) => share(row.people, row.members) },
            { key: 'recommended', title: '已推荐', render: (_, row) => row.recommended },
          ]}
        />
      </Section>
    </>
  )
}
