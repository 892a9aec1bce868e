import { ApproveRequestDocument, RecordRequestsDocument, RefuseRequestDocument, RevealRequestDocument, optionsOf, type RequestFactsFragment, type RevealRequestMutation } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { instant, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { requestStates } from './record-words'
import { ChangesTable } from './request-changes'

const SEARCH = [{ name: 'state', label: '状态', options: optionsOf(requestStates) }] as const

const EXPORT: ExportKind = { kind: 'record_request', title: '资料变更申请' }
const filterOf = (filter: Record<string, string>) => ({ state: oneOf(requestStates, filter.state) ?? null })

/** 资料变更申请: what members want changed of their records. */
export default function RequestsPage() {
  const [opened, setOpened] = useState<RequestFactsFragment | null>(null)
  const columns: ListColumn<RequestFactsFragment>[] = [
    { key: 'name', title: '党员', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => setOpened(row)}>{row.name}</Button> },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={requestStates} value={row.state} /> },
    { key: 'fields', title: '变更内容', cell: (row) => <span className="z-wrap">{row.changes.map((change) => change.label).join('、')}</span> },
    { key: 'reason', title: '申请理由', cell: (row) => <span className="z-wrap">{row.reason}</span> },
    { key: 'at', title: '申请时间', cell: (row) => instant(row.at) },
    { key: 'decidedBy', title: '审核人', cell: (row) => orDash(row.decidedBy) },
  ]
  return (
    <Page title="资料变更申请" menu="member.info" hint="党员本人申请变更资料，同意后直接写入党员信息，并记入变更记录。">
      <ListPage<RequestFactsFragment>
        name="record-requests" label="资料变更申请列表" columns={columns} search={SEARCH} empty="还没有资料变更申请" rowKey={(row) => row.id} onOpen={setOpened}
        toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter)} count={count} />}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset, filter }, signal) => (await ask(RecordRequestsDocument, { first, offset, ...filterOf(filter) }, signal)).directory.recordRequests}
      />
      {opened && <RequestDrawer one={opened} onClose={() => setOpened(null)} />}
    </Page>
  )
}

function RequestDrawer({ one, onClose }: { one: RequestFactsFragment; onClose: () => void }) {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const reveals = usePermission('member.view_sensitive')
  const [plain, setPlain] = useState<RevealRequestMutation['directory']['revealRequest'] | null>(null)
  const done = async () => {
    onClose()
    await Promise.all(['record-requests', 'members'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  }
  const approve = useAction(async () => ask(ApproveRequestDocument, { id: one.id, version: one.memberVersion ?? 0 }), { success: '已同意，党员信息已更新', done: () => void done() })
  const refuse = () => confirm({
    title: `拒绝“${one.name}”的申请`, okText: '拒绝', reason: '拒绝原因', content: '申请人可以看到拒绝原因。',
    work: async (reason) => { await ask(RefuseRequestDocument, { id: one.id, reason }); await done() },
  })
  const reveal = () => confirm({
    title: '查看完整内容', okText: '查看', reason: '查看原因', content: '查看敏感信息会记入审计日志。',
    work: async (reason) => setPlain((await ask(RevealRequestDocument, { id: one.id, reason })).directory.revealRequest),
  })
  const stale = one.changes.some((change) => change.stale)
  return (
    <DetailDrawer open title={`${one.name}：资料变更申请`} onClose={onClose} extra={one.decidable && (
      <div className="z-inline">
        <Button onClick={refuse}>拒绝</Button>
        <Button type="primary" loading={approve.isPending} onClick={() => approve.mutate(undefined)}>同意</Button>
      </div>
    )}>
      {stale && <Alert className="z-gap-bottom" type="warning" showIcon title="申请提交后，党员信息已被修改，请核对当前内容后再决定。" />}
      <dl className="z-facts z-facts--two">
        <div><dt>状态</dt><dd><StatusTag dict={requestStates} value={one.state} /></dd></div>
        <div><dt>所在党支部</dt><dd>{one.branch.shortName}</dd></div>
        <div><dt>申请时间</dt><dd>{instant(one.at)}</dd></div>
        <div><dt>申请理由</dt><dd>{one.reason}</dd></div>
        {one.decidedBy && <div><dt>审核</dt><dd>{one.decidedBy}，{instant(one.decidedAt)}</dd></div>}
        {one.refusal && <div><dt>拒绝原因</dt><dd>{one.refusal}</dd></div>}
      </dl>
      <Section title="变更内容" extra={reveals && !plain && <Button size="small" onClick={reveal}>查看完整内容</Button>}>
        <ChangesTable changes={one.changes.map((change) => ({ ...change, ...plain?.find(({ field }) => field === change.field) }))} />
      </Section>
    </DetailDrawer>
  )
}
