import { ContributionsDocument, type ContributionFilter, type ContributionRowFragment } from '@zhibu/api'
import { PaperClipOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useMemo } from 'react'
import { DaysRange, rangeOf } from '../../kit/days-range'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { ErrorState, Loading } from '../../kit/states'
import { optionsFrom, wordFrom } from '../../kit/use-dictionary'
import { day, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { KIND, hours, useKinds } from './words'

const EXPORT = { kind: 'contribution', title: '发挥作用情况' }

function filterOf(filter: Record<string, string>, under: string | null): ContributionFilter {
  return { under, search: filter.search ?? null, kinds: filter.kinds ? filter.kinds.split(',') : null, person: filter.person ?? null, ...rangeOf(filter.days) }
}

/** Contributions as a list. */
export function ContributionList({ under, onOpen }: { under: string | null; onOpen: (id: string) => void }) {
  const kinds = useKinds()
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '党员', placeholder: '姓名或拼音' },
    { name: 'kinds', label: '类型', options: optionsFrom(kinds.data, KIND) },
    { name: 'days', label: '日期', wide: true, control: <DaysRange label="日期" /> },
    { name: 'person', label: '党员', chip: () => '只看所选党员' },
  ], [kinds.data])
  if (kinds.isError) return <ErrorState error={kinds.error} onRetry={() => void kinds.refetch()} />
  if (!kinds.data) return <Loading />
  const columns: ListColumn<ContributionRowFragment>[] = [
    {
      key: 'name', title: '党员', fixed: true,
      cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(row.id)}>{row.person.name}</Button>,
    },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'kind', title: '类型', cell: (row) => wordFrom(kinds.data, KIND, row.kind) },
    { key: 'servedOn', title: '日期', cell: (row) => day(row.servedOn) },
    { key: 'body', title: '内容', cell: (row) => <span className="z-wrap">{row.body.slice(0, 40)}{row.body.length > 40 ? '…' : ''}</span> },
    { key: 'place', title: '地点', hidden: true, cell: (row) => <span className="z-wrap">{orDash(row.place)}</span> },
    { key: 'hours', title: '时长', cell: (row) => hours(row.minutes) },
    { key: 'proofs', title: '证明材料', cell: (row) => (row.proofs.length > 0 ? <span><PaperClipOutlined aria-hidden /> {row.proofs.length} 份</span> : '—') },
    { key: 'recordedBy', title: '登记人', hidden: true, cell: (row) => row.recordedBy },
  ]
  return (
    <ListPage<ContributionRowFragment>
      name="contribution" label="发挥作用情况列表" columns={columns} search={search} depends={[under]} empty="此范围内还没有登记发挥作用情况"
      rowKey={(row) => row.id} onOpen={(row) => onOpen(row.id)}
      toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter, under)} count={count} />}
      banner={<ExportBar {...EXPORT} />}
      load={async ({ first, offset, filter }, signal) => (await ask(ContributionsDocument, { first, offset, filter: filterOf(filter, under) }, signal)).contribution.contributions}
    />
  )
}
