import { OrganisationsDocument, optionsOf, orgStatuses, orgTypes, type OrganisationAttention, type OrganisationFilter, type OrganisationRowFragment } from '@zhibu/api'
import { Button } from 'antd'
import { useNavigate } from 'react-router'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { useLink } from '../../kit/page'
import { StatusTag } from '../../kit/status-tag'
import { oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'

const WAITING: Record<OrganisationAttention, string> = { TERM_OVER: '任期已届满', TERM_ENDING: '任期将在半年内届满', UNFINISHED: '信息未完善' }

/** What the organisations in a list wait for, as the address names it. */
export const waitingOf = (text: string | null | undefined): OrganisationAttention | undefined => oneOf(WAITING, text ?? undefined)

const SEARCH: readonly SearchField[] = [
  { name: 'search', label: '组织', placeholder: '名称或组织代码' },
  { name: 'type', label: '类别', options: optionsOf(orgTypes) },
  { name: 'closed', label: '状态', options: [{ value: 'yes', label: '已合并或撤销' }] },
  {
    name: 'attention', label: '待办', chip: (value) => {
      const what = waitingOf(value)
      return what && `待办：${WAITING[what]}`
    },
  },
]

const EXPORT: ExportKind = { kind: 'organisation', title: '组织信息' }

/** What is asked for the search in the address. */
function filterOf(filter: Record<string, string>, under: string | null): OrganisationFilter {
  const type = oneOf(orgTypes, filter.type)
  return { search: filter.search ?? null, under, types: type ? [type] : null, attention: waitingOf(filter.attention) ?? null, closed: filter.closed === 'yes' }
}

/** The organisations under one, as a list. */
export function OrganisationList({ under, onOpen }: { under: string | null; onOpen: (id: string) => void }) {
  const navigate = useNavigate()
  const link = useLink()
  const columns: ListColumn<OrganisationRowFragment>[] = [
    {
      key: 'shortName', title: '组织简称', fixed: true,
      cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(row.id)}>{row.shortName}</Button>,
    },
    { key: 'fullName', title: '组织全称', hidden: true, cell: (row) => <span className="z-wrap">{row.fullName}</span> },
    { key: 'type', title: '类别', cell: (row) => <StatusTag dict={orgTypes} value={row.type} /> },
    { key: 'code', title: '组织代码', cell: (row) => row.code },
    { key: 'externalCode', title: '外部代码', hidden: true, cell: (row) => orDash(row.externalCode) },
    { key: 'parent', title: '上级组织', hidden: true, cell: (row) => row.parent?.shortName ?? '—' },
    { key: 'administrators', title: '管理员', cell: (row) => (row.administrators.length > 0
      ? row.administrators.map((one) => one.displayName).join('、')
      : <span className="z-tag z-tag--warn">未设置</span>) },
    { key: 'contact', title: '联系人', cell: (row) => orDash(row.contactName) },
    { key: 'phone', title: '联系电话', hidden: true, cell: (row) => row.contactPhone },
    { key: 'childCount', title: '下级', hidden: true, cell: (row) => row.childCount },
    { key: 'status', title: '状态', cell: (row) => <StatusTag dict={orgStatuses} value={row.status} /> },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => (
        row.editable
          ? <Button type="link" size="small" aria-label={`编辑 ${row.shortName}`} onClick={() => void navigate(link(`/org/info/${row.id}/edit`))}>编辑</Button>
          : <Button type="link" size="small" aria-label={`查看 ${row.shortName}`} onClick={() => onOpen(row.id)}>查看</Button>
      ),
    },
  ]
  return (
    <ListPage<OrganisationRowFragment>
      name="organisations" label="组织列表" columns={columns} search={SEARCH} depends={[under]} empty="此组织下还没有下级组织"
      rowKey={(row) => row.id}
      toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter, under)} count={count} />}
      banner={<ExportBar {...EXPORT} />}
      load={async ({ first, offset, filter }, signal) => (await ask(OrganisationsDocument, { first, offset, filter: filterOf(filter, under) }, signal)).directory.organisations}
    />
  )
}
