import { FormerMembersDocument, endReasons, optionsOf, type FormerFilter, type MemberFactsFragment } from '@zhibu/api'
import { Button } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page, useLink } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { day, instant, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { FormerDrawer } from './former-drawer'
import { PurgeDialog } from './purge-dialog'
import { RestoreMember } from './restore-member'

const SEARCH = [
  { name: 'search', label: '党员', placeholder: '姓名或拼音' },
  { name: 'reason', label: '减少原因', options: optionsOf(endReasons) },
] as const

const EXPORT: ExportKind = { kind: 'former_member', title: '党员历史库' }

const filterOf = (filter: Record<string, string>): FormerFilter => ({ search: filter.search ?? null, reason: oneOf(endReasons, filter.reason) ?? null })

/** 党员历史库: former members, latest departure first; 还原 takes one back. */
export default function HistoryPage() {
  const { org } = useScope()
  const mayEdit = usePermission('member.edit')
  const mayPurge = usePermission('member.purge')
  const navigate = useNavigate()
  const link = useLink()
  const [purging, setPurging] = useState<MemberFactsFragment | null>(null)
  const [opened, setOpened] = useState<MemberFactsFragment | null>(null)
  const [returning, setReturning] = useState<MemberFactsFragment | null>(null)
  const columns: ListColumn<MemberFactsFragment>[] = [
    {
      key: 'name', title: '姓名', fixed: true,
      cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => setOpened(row)}>{row.name}</Button>,
    },
    { key: 'branch', title: '原党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'reason', title: '减少原因', cell: (row) => (row.endReason ? <StatusTag dict={endReasons} value={row.endReason} /> : '—') },
    { key: 'note', title: '说明', cell: (row) => <span className="z-wrap">{orDash(row.endNote)}</span> },
    { key: 'leftAt', title: '移入时间', cell: (row) => instant(row.leftAt) },
    { key: 'joinDate', title: '入党日期', hidden: true, cell: (row) => day(row.joinDate) },
    ...(mayEdit || mayPurge ? [{
      key: 'actions', title: '操作', fixed: 'right' as const,
      cell: (row: MemberFactsFragment) => (
        <span className="z-inline">
          {mayEdit && <Button type="link" size="small" aria-label={`还原 ${row.name}`} onClick={() => setReturning(row)}>还原</Button>}
          {mayPurge && <Button type="link" size="small" danger aria-label={`彻底删除 ${row.name}`} onClick={() => setPurging(row)}>彻底删除</Button>}
        </span>
      ),
    }] : []),
  ]
  return (
    <Page title="党员历史库" menu="member.history" hint={`删除的党员保存在这里，可以查看，也可以还原。${org ? '此处显示您管理范围内的全部历史党员，不按页面顶部所选组织筛选。' : ''}`}
      extra={mayPurge && <Button onClick={() => void navigate(link('/member/history/purges'))}>彻底删除申请</Button>}>
      <ListPage<MemberFactsFragment>
        name="former-members" label="历史党员列表" columns={columns} search={SEARCH} empty="历史库中还没有党员"
        rowKey={(row) => row.id} onOpen={setOpened}
        toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter)} count={count} />}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset, filter }, signal) => (await ask(FormerMembersDocument, { first, offset, filter: filterOf(filter) }, signal)).directory.formerMembers}
      />
      {opened && <FormerDrawer one={opened} onClose={() => setOpened(null)} {...(mayEdit ? { onRestore: () => setReturning(opened) } : {})} />}
      {purging && <PurgeDialog one={purging} onClose={() => setPurging(null)} onDone={() => setOpened(null)} />}
      {returning && <RestoreMember one={returning} onClose={() => setReturning(null)} onDone={() => setOpened(null)} />}
    </Page>
  )
}
