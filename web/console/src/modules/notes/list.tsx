import { optionsOf, type WritingFilter, type WritingRowFragment } from '@zhibu/api'
import { Button } from 'antd'
import { useMemo } from 'react'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { day, oneOf, orDash } from '../../kit/words'
import type { Shelf } from './shelf'
import { pledgeTypes, writingStates } from './words'

const MARKS = [{ value: 'mine', label: '我填写的' }, { value: 'recommended', label: '已推荐' }]
const THIS_YEAR = new Date().getFullYear()
const YEARS = [THIS_YEAR + 1, THIS_YEAR, THIS_YEAR - 1, THIS_YEAR - 2, THIS_YEAR - 3].map((year) => ({ value: String(year), label: `${year}年度` }))

/** What is asked for the search in the address. */
function filterOf(shelf: Shelf, filter: Record<string, string>, under: string | null): WritingFilter {
  const year = YEARS.find(({ value }) => value === filter.year)
  return {
    under,
    search: filter.search ?? null,
    state: oneOf(writingStates, filter.state) ?? null,
    ...(filter.mark === 'mine' ? { mine: true } : {}),
    ...(filter.mark === 'recommended' ? { recommended: true } : {}),
    ...(filter.mark === 'similar' && shelf.key === 'study_note' ? { similar: true } : {}),
    ...(shelf.key === 'pledge' ? { kind: oneOf(pledgeTypes, filter.kind) ?? null, year: year ? Number(year.value) : null } : {}),
  }
}

/** Pledges or study notes as a list. */
export function WritingList({ shelf, under, onOpen }: { shelf: Shelf; under: string | null; onOpen: (id: string) => void }) {
  const pledge = shelf.key === 'pledge'
  const administers = usePermission(`${shelf.key}.recommend`)
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '查找', placeholder: '姓名、拼音或标题' },
    { name: 'state', label: '状态', options: optionsOf(writingStates) },
    { name: 'mark', label: '范围', options: administers && !pledge ? [...MARKS, { value: 'similar', label: '疑似雷同' }] : MARKS },
    ...(pledge ? [{ name: 'kind', label: '承诺类型', options: optionsOf(pledgeTypes) }, { name: 'year', label: '承诺年度', options: YEARS }] : []),
  ], [administers, pledge])
  const columns: ListColumn<WritingRowFragment>[] = [
    {
      key: 'title', title: '标题', fixed: true,
      cell: (row) => (
        <div className="z-sample">
          <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(row.id)}>{row.title}</Button>
          <p className="z-muted">{row.excerpt.replaceAll('\n', ' ').slice(0, 28)}{row.excerpt.length > 28 ? '…' : ''}</p>
        </div>
      ),
    },
    { key: 'name', title: '党员', cell: (row) => row.person.name },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    ...(pledge
      ? [
        { key: 'kind', title: '承诺类型', cell: (row: WritingRowFragment) => (row.kind ? <StatusTag dict={pledgeTypes} value={row.kind} /> : '—') },
        { key: 'year', title: '年度', cell: (row: WritingRowFragment) => orDash(row.year) },
      ]
      : [{ key: 'source', title: '学习内容', hidden: true, cell: (row: WritingRowFragment) => <span className="z-wrap">{orDash(row.source)}</span> }]),
    { key: 'length', title: '字数', hidden: pledge, cell: (row) => row.length.toLocaleString('zh-CN') },
    { key: 'state', title: '状态', cell: (row) => <Marks row={row} /> },
    { key: 'publishedAt', title: '发布日期', cell: (row) => day(row.publishedAt) },
  ]
  return (
    <ListPage<WritingRowFragment>
      name={shelf.key} label={`${shelf.title}列表`} columns={columns} search={search} depends={[under]} empty={`此范围内还没有${shelf.title}`}
      rowKey={(row) => row.id} rowName={(row) => row.title} onOpen={(row) => onOpen(row.id)}
      toolbar={({ filter, count }) => <ExportButtons kind={shelf.key} title={shelf.title} filter={filterOf(shelf, filter, under)} count={count} />}
      banner={<ExportBar kind={shelf.key} title={shelf.title} />}
      load={({ first, offset, filter }, signal) => shelf.list({ first, offset, filter: filterOf(shelf, filter, under) }, signal)}
    />
  )
}

/** State, recommendation and likeness at a glance. */
export function Marks({ row }: { row: WritingRowFragment }) {
  return (
    <span className="z-inline">
      <StatusTag dict={writingStates} value={row.state} />
      {row.recommendedAt && <span className="z-tag z-tag--info">已推荐</span>}
      {row.likeness !== null && <span className="z-tag z-tag--warn">相似 {row.likeness}%</span>}
    </span>
  )
}
