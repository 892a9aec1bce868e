import { FlowCountsDocument, FlowsDocument, LostCasesDocument, optionsOf, type FlowFilter, type FlowRowFragment, type LostRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Dropdown, Tabs } from 'antd'
import { useMemo } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ImportButton, type ImportKind } from '../../kit/exchange/import-button'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { Page, useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { optionsFrom, useEntries, wordFrom } from '../../kit/use-dictionary'
import { day, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { FlowDrawer, LostDrawer } from './flow-drawer'
import { decisions, flowKinds, flowStatuses, lostStates, urgent } from '@zhibu/api/mobility-words'

const PATHS: Record<string, string> = { out: '/member/flow/out', in: '/member/flow/in', lost: '/member/flow/lost' }
const NEW = [{ key: 'out', label: '登记流出' }, { key: 'in', label: '登记流入' }, { key: 'lost', label: '登记失联' }]
const IMPORTS: Record<'out' | 'in', ImportKind> = {
  out: { template: 'flow_out', title: '导入流出党员', noun: '条流动记录', refresh: ['flow', 'members'], undoing: '这些流动记录会被删除' },
  in: { template: 'flow_in', title: '导入流入党员', noun: '条流动记录', refresh: ['flow'], undoing: '这些流动记录会被删除' },
}

/** 党员流动: who flows out, who flows in, who is out of contact. */
export default function FlowsPage() {
  const { org } = useScope()
  const navigate = useNavigate()
  const link = useLink()
  const [params, setParams] = useSearchParams()
  const counts = useQuery({
    queryKey: ['flow', 'counts', org],
    queryFn: async ({ signal }) => (await ask(FlowCountsDocument, { under: org }, signal)).mobility.flowSummary,
  })
  const number = (words: string, count: number | undefined) => (count === undefined ? words : `${words}（${count}）`)
  const view = ['in', 'lost'].includes(params.get('view') ?? '') ? params.get('view') ?? 'out' : 'out'
  return (
    <Page
      title="党员流动" menu="member.flow" hint="流出党员的组织关系仍在本支部；流入党员单独统计，不计入党员总数。最久没有联系的排在前面。"
      extra={(
        <Can perm="flow.manage">
          {view !== 'lost' && <ImportButton key={view} kind={view === 'in' ? IMPORTS.in : IMPORTS.out} />}
          <Dropdown menu={{ items: NEW, onClick: ({ key }) => void navigate(link(PATHS[key] ?? '/member/flow')) }} trigger={['click']}><Button type="primary">新建</Button></Dropdown>
        </Can>
      )}
    >
      <Tabs
        activeKey={view} destroyOnHidden
        items={[
          { key: 'out', label: number('流出', counts.data?.out), children: <FlowList key={org} kind="OUT" under={org} /> },
          { key: 'in', label: number('流入', counts.data?.comeIn), children: <FlowList key={org} kind="IN" under={org} /> },
          { key: 'lost', label: '失联党员', children: <LostList key={org} under={org} /> },
        ]}
        onChange={(next) => setParams((now) => {
          const kept = new URLSearchParams()
          if (now.get('org')) kept.set('org', now.get('org') ?? '')
          if (next !== 'out') kept.set('view', next)
          return kept
        })}
      />
    </Page>
  )
}

/** What stands open beside a list, in the address. */
function useOpened(key: string): [string | null, (id: string | null) => void] {
  const [params, setParams] = useSearchParams()
  return [params.get(key), (id) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (id) next.set(key, id)
    else next.delete(key)
    return next
  })]
}

const LOST: ExportKind = { kind: 'lost', title: '失联党员' }
const CONTACTS: ExportKind = { kind: 'flow_contact', title: '流动党员联系记录' }
const lostFilter = (filter: Record<string, string>, under: string | null) => ({ under, search: filter['search'] ?? null, closed: filter['state'] === 'closed' })

const STATES = [
  { value: 'silent', label: '超过 90 天未联系' }, { value: 'verySilent', label: '超过 180 天未联系' }, { value: 'overdue', label: '超过预计返回日期' }, { value: 'closed', label: '已结束' },
]

function filterOf(filter: Record<string, string>, kind: 'OUT' | 'IN', under: string | null): FlowFilter {
  const { state, search, status, direction } = filter
  return {
    under, kind, search: search ?? null, status: oneOf(flowStatuses, status) ?? null, direction: direction ?? null,
    ...(state === 'silent' ? { silentDays: 90 } : {}), ...(state === 'verySilent' ? { silentDays: 180 } : {}),
    ...(state === 'overdue' ? { overdue: true } : {}), ...(state === 'closed' ? { closed: true } : {}),
  }
}

function FlowList({ kind, under }: { kind: 'OUT' | 'IN'; under: string | null }) {
  const [opened, setOpened] = useOpened('flow')
  const entries = useEntries(['flow_direction', 'flow_reason'])
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '姓名', placeholder: '姓名、拼音，或完整手机号、身份证号' },
    { name: 'state', label: '提醒', options: STATES, placeholder: '流动中' },
    { name: 'direction', label: kind === 'OUT' ? '外出流向' : '流入来源', options: optionsFrom(entries.data, 'flow_direction') },
    { name: 'status', label: '状态', options: optionsOf(flowStatuses) },
  ], [entries.data, kind])
  const columns: ListColumn<FlowRowFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => setOpened(row.id)}>{row.name}</Button> },
    { key: 'kind', title: '类型', hidden: true, cell: (row) => <StatusTag dict={flowKinds} value={row.kind} /> },
    { key: 'branch', title: '本系统党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'direction', title: kind === 'OUT' ? '外出流向' : '流入来源', cell: (row) => wordFrom(entries.data, 'flow_direction', row.direction) },
    { key: 'reason', title: '流动原因', cell: (row) => wordFrom(entries.data, 'flow_reason', row.reason) },
    { key: 'other', title: '对方党组织', cell: (row) => <span className="z-wrap">{orDash(row.otherName)}</span> },
    { key: 'started', title: '流动日期', cell: (row) => day(row.startedOn) },
    { key: 'expected', title: '预计返回', cell: (row) => <span className="z-inline">{day(row.expectedOn)}{row.overdue && <span className="z-tag z-tag--warn">已超过</span>}</span> },
    {
      key: 'contacted', title: '最近联系',
      cell: (row) => <span className="z-inline">{day(row.contactedOn)}{row.alert && <span className={`z-tag z-tag--${urgent[row.alert]}`}>{row.alert === 'RED' ? '超过 180 天' : '超过 90 天'}</span>}</span>,
    },
    { key: 'status', title: '状态', cell: (row) => <StatusTag dict={flowStatuses} value={row.status} /> },
  ]
  return (
    <>
      <ListPage<FlowRowFragment>
        name={kind === 'OUT' ? 'flow' : 'flow-in'} label={kind === 'OUT' ? '流出党员列表' : '流入党员列表'} columns={columns} search={search} depends={['flow', under]}
        empty={kind === 'OUT' ? '此范围内没有流出党员' : '此范围内没有流入党员'} rowKey={(row) => row.id} rowName={(row) => row.name} onOpen={(row) => setOpened(row.id)}
        toolbar={({ filter, count }) => (
          <>
            <ExportButtons kind="flow" title="党员流动" filter={filterOf(filter, kind, under)} count={count} />
            <ExportButtons {...CONTACTS} label="导出联系记录" filter={filterOf(filter, kind, under)} count={undefined} />
          </>
        )}
        banner={<><ExportBar kind="flow" title="党员流动" /><ExportBar {...CONTACTS} /></>}
        load={async ({ first, offset, filter }, signal) => (await ask(FlowsDocument, { first, offset, filter: filterOf(filter, kind, under) }, signal)).mobility.flows}
      />
      {opened && <FlowDrawer id={opened} onClose={() => setOpened(null)} />}
    </>
  )
}

function LostList({ under }: { under: string | null }) {
  const [opened, setOpened] = useOpened('case')
  const entries = useEntries(['lost_contact_reason'])
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '姓名', placeholder: '姓名、拼音' },
    { name: 'state', label: '状态', options: [{ value: 'closed', label: '已办结' }], placeholder: '未办结' },
  ], [])
  const columns: ListColumn<LostRowFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => setOpened(row.id)}>{row.name}</Button> },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'lostOn', title: '失去联系日期', cell: (row) => day(row.lostOn) },
    { key: 'reason', title: '失联原因', cell: (row) => wordFrom(entries.data, 'lost_contact_reason', row.reason) },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={lostStates} value={row.state} /> },
    { key: 'suggestion', title: '提示', cell: (row) => (row.suggestion ? <span className="z-tag z-tag--bad">可研究{decisions[row.suggestion]}</span> : '—') },
  ]
  return (
    <>
      <ListPage<LostRowFragment>
        name="lost" label="失联党员列表" columns={columns} search={search} depends={[under]} empty="此范围内没有失联党员"
        rowKey={(row) => row.id} rowName={(row) => row.name} onOpen={(row) => setOpened(row.id)}
        toolbar={({ filter, count }) => <ExportButtons {...LOST} filter={lostFilter(filter, under)} count={count} />}
        banner={<ExportBar {...LOST} />}
        load={async ({ first, offset, filter }, signal) => (await ask(LostCasesDocument, { first, offset, filter: lostFilter(filter, under) }, signal)).mobility.lostCases}
      />
      {opened && <LostDrawer id={opened} onClose={() => setOpened(null)} />}
    </>
  )
}
