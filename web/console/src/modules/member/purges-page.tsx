import { ConfirmPurgeDocument, PurgesDocument, RefusePurgeDocument, WithdrawPurgeDocument, type PurgeFactsFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { Page } from '../../kit/page'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { instant, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { Remains } from './purge-dialog'
import { purgeStates } from './record-words'

const SEARCH: SearchField[] = [{ name: 'waiting', label: '状态', options: [{ value: 'yes', label: '待确认' }] }]

const EXPORT: ExportKind = { kind: 'purge', title: '彻底删除申请' }
const filterOf = (filter: Record<string, string>) => ({ waiting: filter.waiting === 'yes' })

/** 彻底删除申请: one proposes, another one confirms. */
export default function PurgesPage() {
  const columns: ListColumn<PurgeFactsFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => row.name },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={purgeStates} value={row.state} /> },
    { key: 'reason', title: '原因', cell: (row) => <span className="z-wrap">{row.reason}</span> },
    { key: 'by', title: '申请人', cell: (row) => row.by },
    { key: 'at', title: '申请时间', cell: (row) => instant(row.at) },
    { key: 'expiresAt', title: '有效期至', cell: (row) => instant(row.expiresAt) },
    { key: 'decidedBy', title: '处理人', cell: (row) => orDash(row.decidedBy) },
    { key: 'decidedAt', title: '处理时间', cell: (row) => instant(row.decidedAt) },
    { key: 'refusal', title: '拒绝原因', hidden: true, cell: (row) => <span className="z-wrap">{orDash(row.refusal)}</span> },
    { key: 'actions', title: '操作', fixed: 'right', cell: (row) => <Actions row={row} /> },
  ]
  return (
    <Page title="彻底删除申请" menu="member.history" hint="由一名管理员申请、另一名管理员确认，7天内未确认的自动失效。确认后不能恢复。">
      <ListPage<PurgeFactsFragment>
        name="purges" label="彻底删除申请列表" columns={columns} search={SEARCH} empty="还没有彻底删除申请" rowKey={(row) => row.id}
        toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter)} count={count} />}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset, filter }, signal) => (await ask(PurgesDocument, { first, offset, ...filterOf(filter) }, signal)).directory.purges}
      />
    </Page>
  )
}

function Actions({ row }: { row: PurgeFactsFragment }) {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const [sure, setSure] = useState(false)
  const refresh = () => Promise.all(['purges', 'former-members'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  const withdraw = useAction(async () => ask(WithdrawPurgeDocument, { id: row.id }), { success: '已撤回', refresh: ['purges'] })
  if (row.state !== 'WAITING') return '—'
  if (row.mine) return <Button type="link" size="small" aria-label={`撤回对 ${row.name} 的申请`} loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>撤回</Button>
  const refuse = () => confirm({
    title: `拒绝彻底删除“${row.name}”`, okText: '拒绝', reason: '拒绝原因', content: '该党员仍保留在历史库中。',
    work: async (reason) => { await ask(RefusePurgeDocument, { id: row.id, reason }); await refresh() },
  })
  return (
    <span className="z-inline">
      <Button type="link" size="small" danger aria-label={`确认彻底删除 ${row.name}`} onClick={() => setSure(true)}>确认</Button>
      <Button type="link" size="small" aria-label={`拒绝彻底删除 ${row.name}`} onClick={refuse}>拒绝</Button>
      {sure && <Confirm row={row} onClose={() => setSure(false)} onDone={refresh} />}
    </span>
  )
}

/** The last question: what goes and what stays, and the name typed by hand. */
function Confirm({ row, onClose, onDone }: { row: PurgeFactsFragment; onClose: () => void; onDone: () => Promise<unknown> }) {
  const [typed, setTyped] = useState('')
  const agree = useAction(async () => ask(ConfirmPurgeDocument, { id: row.id }), { success: '已彻底删除', done: () => { onClose(); void onDone() } })
  return (
    <Modal open title={`彻底删除“${row.name}”`} okText="彻底删除" cancelText="取消" width={600} mask={{ closable: false }}
      okButtonProps={{ danger: true, disabled: typed.trim() !== row.name }} confirmLoading={agree.isPending} onOk={() => agree.mutate(undefined)} onCancel={onClose}>
      <Alert className="z-gap-bottom" type="error" showIcon title="确认后立即彻底删除，无法恢复。" />
      <p>申请人：{row.by}；原因：{row.reason}</p>
      <Remains person={row.person} />
      <label className="z-field">
        <span>请输入“{row.name}”以确认</span>
        <Input value={typed} onChange={(event) => setTyped(event.target.value)} />
      </label>
    </Modal>
  )
}
