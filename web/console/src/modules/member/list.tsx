import { MembersDocument, memberTypes, TransferringDocument, type MemberRowFragment, type MemberSort } from '@zhibu/api'
import { Button } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Link } from 'react-router'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { useLink } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { ErrorState, Loading } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { day, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { DeleteMembers, MOST } from './delete-members'
import { useEntries, useWords } from './dictionary'
import type { Chosen } from './message-dialog'
import { CERTIFICATE, optionalFields } from './record-words'
import { filterOf, searchFields } from './search'

const MessageDialog = lazy(async () => ({ default: (await import('./message-dialog')).MessageDialog }))
const SORTS: Record<MemberSort, true> = { NAME: true, BIRTH_DATE: true, JOIN_DATE: true, COMPLETENESS: true }
const EXPORT: ExportKind = { kind: 'member', title: '党员信息' }
const years = (count: number | null) => (count === null ? '—' : `${count} 年`)

/** A member of the list, with the transfer that is under way. */
type ListedMember = MemberRowFragment & { transfer?: string | undefined }

/** Marks who of a page has a transfer under way. Without an answer the list is shown all the same. */
async function marked(nodes: MemberRowFragment[], signal: AbortSignal): Promise<ListedMember[]> {
  if (nodes.length === 0) return nodes
  const open = await ask(TransferringDocument, { people: nodes.map(({ id }) => id) }, signal).then(({ mobility }) => mobility.transferring, () => [])
  const of = new Map(open.map(({ person, transfer }) => [person, transfer]))
  return nodes.map((row) => ({ ...row, transfer: of.get(row.id) }))
}

/** The present members as a list. */
export function MemberList({ under, onOpen }: { under: string | null; onOpen: (id: string) => void }) {
  const dictionary = useEntries()
  const entries = dictionary.data
  const word = useWords()
  const mayEdit = usePermission('member.edit')
  const maySend = usePermission('member.messages.send')
  const seesTransfers = usePermission('member.transfer.read')
  const [leaving, setLeaving] = useState<{ rows: MemberRowFragment[]; clear: () => void } | null>(null)
  const [telling, setTelling] = useState<{ chosen: Chosen; words: string; clear: () => void } | null>(null)
  const search = useMemo(() => searchFields(entries), [entries])
  if (dictionary.isError) return <ErrorState error={dictionary.error} onRetry={() => void dictionary.refetch()} />
  if (!entries) return <Loading />

  const columns: ListColumn<ListedMember>[] = [
    {
      key: 'name', title: '姓名', fixed: true, sort: { value: 'NAME', order: 'ascend' },
      cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(row.id)}>{row.name}</Button>,
    },
    { key: 'sex', title: '性别', cell: (row) => word('sex', row.sex) },
    { key: 'age', title: '年龄', sort: { value: 'BIRTH_DATE', order: 'descend' }, cell: (row) => orDash(row.age) },
    { key: 'birthDate', title: '出生日期', hidden: true, cell: (row) => day(row.birthDate) },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'group', title: '党小组', hidden: true, cell: (row) => row.group?.shortName ?? '—' },
    { key: 'type', title: '人员类别', cell: (row) => <Marks row={row} /> },
    { key: 'joinDate', title: '入党日期', sort: { value: 'JOIN_DATE', order: 'ascend' }, cell: (row) => day(row.joinDate) },
    { key: 'partyAge', title: '党龄', cell: (row) => years(row.partyAge) },
    { key: 'education', title: '学历', cell: (row) => word('education_level', row.educationLevel) },
    { key: 'workPost', title: '工作岗位', hidden: true, cell: (row) => word('work_post', row.workPost) },
    { key: 'completeness', title: '完整度', hidden: true, sort: { value: 'COMPLETENESS', order: 'ascend' }, cell: (row) => <Complete row={row} /> },
    { key: 'mobile', title: '手机号', cell: (row) => orDash(row.mobile) },
    {
      key: 'posts', title: '职务',
      cell: (row) => <span className="z-wrap">{row.posts.map((one) => word('post', one.post) + (one.organisation.id === row.branch.id ? '' : `（${one.organisation.shortName}）`)).join('、') || '—'}</span>,
    },
  ]
  return (
    <>
      <ListPage<ListedMember>
        name="members" label="党员列表" columns={columns} search={search} depends={[under]} empty="此范围内还没有党员"
        rowKey={(row) => row.id} rowName={(row) => row.name} onOpen={(row) => onOpen(row.id)}
        {...(mayEdit || maySend ? { batch: (rows: MemberRowFragment[], clear: () => void) => (
          <>
            {maySend && <Button size="small" onClick={() => setTelling({ chosen: { members: rows.map(({ id }) => id) }, words: `已选 ${rows.length} 人`, clear })}>短信提醒</Button>}
            {mayEdit && <Button size="small" danger disabled={rows.length > MOST} onClick={() => setLeaving({ rows, clear })}>删除</Button>}
            {mayEdit && rows.length > MOST && <span>每次最多删除 {MOST} 名，请取消一些选择</span>}
          </>
        ) } : {})}
        toolbar={({ filter, count }) => (
          <>
            <ExportButtons {...EXPORT} filter={filterOf(filter, under, entries)} count={count} />
            <ExportButtons {...CERTIFICATE} label="导出活动证" filter={filterOf(filter, under, entries)} count={count} />
            {maySend && (
              <Button disabled={!count} onClick={() => setTelling({ chosen: { filter: filterOf(filter, under, entries) }, words: `查询结果 ${count ?? 0} 人`, clear: () => undefined })}>
                短信提醒全部
              </Button>
            )}
          </>
        )}
        banner={<><ExportBar {...EXPORT} /><ExportBar {...CERTIFICATE} /></>}
        load={async ({ first, offset, sort, filter }, signal) => {
          const page = (await ask(MembersDocument, { first, offset, sort: oneOf(SORTS, sort) ?? 'NAME', filter: filterOf(filter, under, entries) }, signal)).directory.members
          return seesTransfers ? { ...page, nodes: await marked(page.nodes, signal) } : page
        }}
      />
      {telling && <Suspense><MessageDialog {...telling} onClose={() => setTelling(null)} onDone={telling.clear} /></Suspense>}
      {leaving && <DeleteMembers members={leaving.rows} onClose={() => setLeaving(null)} onDone={leaving.clear} />}
    </>
  )
}

function Complete({ row }: { row: MemberRowFragment }) {
  if (row.gaps.length === 0) return <span>{row.completeness}%</span>
  return <span className="z-tag z-tag--warn" title={`未填写：${row.gaps.map((field) => optionalFields[field]).join('、')}`}>{row.completeness}%</span>
}

function Marks({ row }: { row: ListedMember }) {
  const link = useLink()
  return (
    <span className="z-inline">
      <StatusTag dict={memberTypes} value={row.memberType} />
      {row.status === 'SUSPENDED' && <span className="z-tag z-tag--off">停止党籍</span>}
      {row.transfer && <Link to={link(`/member/transfer/${row.transfer}`)} className="z-tag z-tag--info">转接中</Link>}
      {row.floating && <span className="z-tag z-tag--info">流动</span>}
      {row.lostOn && <span className="z-tag z-tag--warn">失联</span>}
    </span>
  )
}
