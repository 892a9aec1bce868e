import { optionsOf, orgTypes, TermRemindersDocument, TermsDocument, TermSummaryDocument, type TermFilter, type TermRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { Link, useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ImportButton, type ImportKind } from '../../kit/exchange/import-button'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { NumberCards } from '../../kit/number-cards'
import { Page, useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { day, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'
import { attentions, kinds, states } from './words'
import '../../styles/leadership.css'

const SEARCH: readonly SearchField[] = [
  { name: 'search', label: '组织', placeholder: '组织名称' },
  { name: 'attention', label: '任期状态', options: optionsOf(attentions) },
]
const EXPORT: ExportKind = { kind: 'leadership', title: '班子任期台账' }
const ELECTIONS: ExportKind = { kind: 'election', title: '换届记录' }
const IMPORT: ImportKind = { template: 'leadership', title: '导入届次', noun: '条任职记录', refresh: ['leadership', 'directory'], undoing: '这些任职记录和届次会被删除，组织的届期起止日期恢复为导入前的' }

const filterOf = (filter: Record<string, string>, under: string | null): TermFilter => ({
  search: filter['search'] ?? null, under, attention: oneOf(attentions, filter['attention']) ?? null,
})

/** How long a term still lasts, in words and colour. */
export function Left({ term }: { term: Pick<TermRowFragment, 'daysLeft' | 'level' | 'years'> }) {
  const { daysLeft: days, level } = term
  if (days === null) return <span className="z-muted">{term.years === null ? '上级任命' : '未登记'}</span>
  const words = days < 0 ? `超期 ${-days} 天` : days === 0 ? '今天届满' : `${days} 天`
  return level ? <span className={`z-tag z-tag--${level === 'RED' ? 'bad' : level === 'YELLOW' ? 'warn' : 'info'}`}>{words}</span> : <>{words}</>
}

/** 班子换届: organisations with their terms, those that end first. */
export default function LeadershipPage() {
  const { org } = useScope()
  return (
    <Page title="班子管理" menu="org.leadership" hint="各级党组织的班子、任期和换届；最先届满的排在前面。届满前 6 个月、3 个月、1 个月和届满后系统自动提醒。"
      extra={<Can perm="leadership.edit"><ImportButton kind={IMPORT} /></Can>}>
      <Reminders />
      <Summary under={org} />
      <Terms key={org} under={org} />
    </Page>
  )
}

/** What the caller was reminded of. */
function Reminders() {
  const link = useLink()
  const reminders = useQuery({
    queryKey: ['leadership', 'reminders'],
    queryFn: async ({ signal }) => (await ask(TermRemindersDocument, {}, signal)).leadership.reminders,
  })
  const rows = reminders.data ?? []
  if (rows.length === 0) return null
  return (
    <Alert
      className="z-gap-bottom" showIcon type={rows.some(({ level }) => level === 'RED') ? 'error' : 'warning'} title="到期提醒"
      description={(
        <ul className="z-term-reminders">
          {rows.slice(0, 8).map((one) => <li key={one.id}><Link to={link(`/org/leadership/${one.organisation.id}`)}>{one.organisation.shortName}</Link>：{one.words}</li>)}
          {rows.length > 8 && <li className="z-muted">还有 {rows.length - 8} 项，见下表</li>}
        </ul>
      )}
    />
  )
}

function Summary({ under }: { under: string | null }) {
  const summary = useQuery({
    queryKey: ['leadership', 'summary', under],
    queryFn: async ({ signal }) => (await ask(TermSummaryDocument, { under }, signal)).leadership.summary,
  })
  const at = (attention: keyof typeof attentions) => `/org/leadership?attention=${attention}`
  return (
    <div className="z-gap-bottom"><NumberCards label="任期统计" cards={[
      { label: '已届满', value: summary.data?.over, unit: '个组织', to: at('OVER') },
      { label: '一个月内届满', value: summary.data?.soon, unit: '个组织', to: at('SOON') },
      { label: '半年内届满', value: summary.data?.ending, unit: '个组织', to: at('ENDING') },
      { label: '书记空缺超过 30 天', value: summary.data?.vacant, unit: '个组织', to: at('VACANT') },
      { label: '换届办理中', value: summary.data?.electing, unit: '个组织', to: at('ELECTING') },
    ]} /></div>
  )
}

function Terms({ under }: { under: string | null }) {
  const navigate = useNavigate()
  const link = useLink()
  const open = (row: TermRowFragment) => void navigate(link(`/org/leadership/${row.organisation.id}`))
  const columns: ListColumn<TermRowFragment>[] = [
    {
      key: 'organisation', title: '组织', fixed: true,
      cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => open(row)}>{row.organisation.shortName}</Button>,
    },
    { key: 'type', title: '类别', cell: (row) => <StatusTag dict={orgTypes} value={row.orgType} /> },
    { key: 'secretary', title: '书记', cell: (row) => row.secretary ?? (row.vacancy
      ? <span className={`z-tag z-tag--${row.vacancy === 'RED' ? 'bad' : 'warn'}`}>空缺，自 {day(row.vacantSince)}</span>
      : <span className="z-muted">空缺</span>) },
    { key: 'posts', title: '班子职数', cell: (row) => row.posts },
    { key: 'start', title: '本届起始', cell: (row) => day(row.start) },
    { key: 'end', title: '届满日期', cell: (row) => <span className="z-inline">{day(row.end)}{row.extended && <span className="z-tag z-tag--info">已延期</span>}</span> },
    { key: 'left', title: '距届满', cell: (row) => <Left term={row} /> },
    { key: 'election', title: '办理中的换届', cell: (row) => (row.election
      ? <span className="z-inline">{kinds[row.election.kind].label}<StatusTag dict={states} value={row.election.state} /></span>
      : '—') },
  ]
  return (
    <ListPage<TermRowFragment>
      name="leadership" label="班子任期列表" columns={columns} search={SEARCH} depends={[under]} empty="此范围内没有组织"
      rowKey={(row) => row.organisation.id} rowName={(row) => row.organisation.shortName} onOpen={open}
      toolbar={({ filter, count }) => (
        <>
          <ExportButtons {...EXPORT} filter={filterOf(filter, under)} count={count} />
          <ExportButtons {...ELECTIONS} label="导出换届记录" filter={filterOf(filter, under)} count={undefined} />
        </>
      )}
      banner={<><ExportBar {...EXPORT} /><ExportBar {...ELECTIONS} /></>}
      load={async ({ first, offset, filter }, signal) => (await ask(TermsDocument, { first, offset, filter: filterOf(filter, under) }, signal)).leadership.terms}
    />
  )
}
