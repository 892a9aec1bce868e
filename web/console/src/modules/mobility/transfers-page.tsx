import { optionsOf, TransferCountsDocument, TransfersDocument, type TransferFilter, type TransferRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Dropdown, Tabs } from 'antd'
import { useMemo } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { Page, useLink } from '../../kit/page'
import { Can, usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { day, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { Codes } from './codes'
import { Inbox } from './inbox'
import { kinds, statuses, urgent } from '@zhibu/api/mobility-words'

const PATHS: Record<string, string> = { internal: '/member/transfer/internal', outbound: '/member/transfer/outbound', inbound: '/member/transfer/inbound', whole: '/org/info' }
const NEW = [
  { key: 'internal', label: '系统内调动' }, { key: 'outbound', label: '调出系统外' }, { key: 'inbound', label: '系统外调入（纸质介绍信）' },
  { key: 'whole', label: '整建制转接（在组织信息中办理）' },
]

/** 党员调动: what was started and what waits, electronic letters that have arrived, receiving codes. */
export default function TransfersPage() {
  const { org } = useScope()
  const navigate = useNavigate()
  const link = useLink()
  const [params, setParams] = useSearchParams()
  const accepts = usePermission('transfer.accept')
  const counts = useQuery({
    queryKey: ['transfer', 'counts', org],
    queryFn: async ({ signal }) => (await ask(TransferCountsDocument, { under: org }, signal)).mobility.transferSummary,
  })
  const arrived = counts.data?.arrived ?? 0
  const items = [
    { key: 'list', label: '调动记录', children: <TransferList key={org} under={org} /> },
    ...(accepts ? [
      { key: 'inbox', label: arrived > 0 ? `电子介绍信（${arrived}）` : '电子介绍信', children: <Inbox key={org} under={org} /> },
      { key: 'codes', label: '接收码', children: <Codes /> },
    ] : []),
  ]
  return (
    <Page
      title="党员调动" menu="member.transfer" hint="调动由接收组织的管理员审核后生效；调出系统外的，收到回执前仍由本组织管理。"
      extra={<Can perm="transfer.start"><Dropdown menu={{ items: NEW, onClick: ({ key }) => void navigate(link(PATHS[key] ?? '/member/transfer')) }} trigger={['click']}><Button type="primary">新建</Button></Dropdown></Can>}
    >
      <Tabs
        activeKey={items.some(({ key }) => key === params.get('view')) ? params.get('view') ?? 'list' : 'list'} items={items} destroyOnHidden
        onChange={(view) => setParams((now) => {
          const next = new URLSearchParams()
          if (now.get('org')) next.set('org', now.get('org') ?? '')
          if (view !== 'list') next.set('view', view)
          return next
        })}
      />
    </Page>
  )
}

const STATES = [{ value: 'waiting', label: '待我办理' }, { value: 'open', label: '办理中' }, { value: 'missed', label: '超过 30 天无回执' }, { value: 'closed', label: '已办结' }]

function filterOf(filter: Record<string, string>, under: string | null): TransferFilter {
  const { state, search, kind, status } = filter
  return {
    under, search: search ?? null, kind: oneOf(kinds, kind) ?? null, status: oneOf(statuses, status) ?? null,
    ...(state === 'waiting' ? { waiting: true } : {}), ...(state === 'missed' ? { missedDays: 30 } : {}),
    ...(state === 'open' ? { open: true } : {}), ...(state === 'closed' ? { open: false } : {}),
  }
}

function TransferList({ under }: { under: string | null }) {
  const navigate = useNavigate()
  const link = useLink()
  const open = (id: string) => void navigate(link(`/member/transfer/${id}`))
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '姓名', placeholder: '姓名、拼音，或完整手机号、身份证号' },
    { name: 'state', label: '办理情况', options: STATES },
    { name: 'kind', label: '调动类型', options: optionsOf(kinds) },
    { name: 'status', label: '状态', options: optionsOf(statuses) },
  ], [])
  const columns: ListColumn<TransferRowFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => open(row.id)}>{row.name}</Button> },
    { key: 'kind', title: '调动类型', cell: (row) => <StatusTag dict={kinds} value={row.kind} /> },
    { key: 'from', title: '转出党组织', cell: (row) => <span className="z-wrap">{row.fromName}</span> },
    { key: 'to', title: '接收党组织', cell: (row) => <span className="z-wrap">{row.toName}</span> },
    {
      key: 'status', title: '状态',
      cell: (row) => <span className="z-inline"><StatusTag dict={statuses} value={row.status} />{row.alert && <span className={`z-tag z-tag--${urgent[row.alert]}`}>未收到回执</span>}</span>,
    },
    { key: 'waitsAt', title: '待谁办理', cell: (row) => (row.mine ? <b>{row.waitsAt?.shortName ?? '—'}</b> : orDash(row.waitsAt?.shortName)) },
    { key: 'letterNo', title: '介绍信', cell: (row) => (row.letterNo ? `${row.letterNo}${row.electronic ? '（电子）' : ''}` : '—') },
    { key: 'validUntil', title: '有效期至', cell: (row) => day(row.validUntil) },
    { key: 'startedAt', title: '发起日期', cell: (row) => day(row.startedAt) },
  ]
  return (
    <ListPage<TransferRowFragment>
      name="transfer" label="党员调动列表" columns={columns} search={search} depends={[under]} empty="此范围内还没有调动记录"
      rowKey={(row) => row.id} rowName={(row) => row.name} onOpen={(row) => open(row.id)}
      toolbar={({ filter, count }) => <ExportButtons kind="transfer" title="党员调动" filter={filterOf(filter, under)} count={count} />}
      banner={<ExportBar kind="transfer" title="党员调动" />}
      load={async ({ first, offset, filter }, signal) => (await ask(TransfersDocument, { first, offset, filter: filterOf(filter, under) }, signal)).mobility.transfers}
    />
  )
}
