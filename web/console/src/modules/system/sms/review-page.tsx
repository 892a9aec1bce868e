import { RefuseSmsDocument, SmsCasesDocument, optionsOf, type SmsCaseRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { StatusTag } from '../../../kit/status-tag'
import { instant, oneOf, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { smsWordKinds, smsWordStates } from './words'

const ApproveForm = lazy(async () => ({ default: (await import('./approve-form')).ApproveForm }))
const SEARCH = [
  { name: 'state', label: '状态', options: optionsOf(smsWordStates) },
  { name: 'kind', label: '类型', options: optionsOf(smsWordKinds) },
] as const

/** 短信审核: enters what the carrier has approved of tenants' signatures and templates. */
export default function SmsReviewPage() {
  const may = usePermission('plat.sms_audit.review')
  const refuse = useRefuse()
  const [approving, setApproving] = useState<SmsCaseRowFragment | null>(null)
  const columns: ListColumn<SmsCaseRowFragment>[] = [
    { key: 'tenant', title: '租户', fixed: true, cell: (row) => <span className="z-wrap">{row.tenant.name}</span> },
    { key: 'kind', title: '类型', cell: (row) => smsWordKinds[row.kind].label },
    { key: 'name', title: '签名 / 模板', fixed: true, cell: (row) => <span className="z-wrap">{row.kind === 'SIGNATURE' ? `【${row.name}】` : row.name}</span> },
    { key: 'text', title: '内容', cell: (row) => <span className="z-wrap z-wrap--wide">{orDash(row.text)}</span> },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={smsWordStates} value={row.state} /> },
    { key: 'note', title: '申请说明', cell: (row) => <span className="z-wrap">{row.note}</span> },
    { key: 'code', title: '运营商编号', cell: (row) => <span className="z-code">{orDash(row.carrierCode)}</span> },
    { key: 'reason', title: '退回原因', cell: (row) => <span className="z-wrap">{orDash(row.reason)}</span> },
    { key: 'appliedAt', title: '申请时间', cell: (row) => instant(row.appliedAt) },
    { key: 'appliedBy', title: '申请人', hidden: true, cell: (row) => row.appliedBy },
    { key: 'reviewedAt', title: '审核时间', hidden: true, cell: (row) => instant(row.reviewedAt) },
    { key: 'reviewedBy', title: '审核人', hidden: true, cell: (row) => orDash(row.reviewedBy) },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => may && (
        <>
          {row.state === 'APPLIED' && <Button type="link" size="small" aria-label={`通过${row.name}`} onClick={() => setApproving(row)}>通过</Button>}
          {row.state !== 'REFUSED' && <Button type="link" size="small" danger aria-label={`退回${row.name}`} onClick={() => refuse(row)}>退回</Button>}
        </>
      ),
    },
  ]
  return (
    <Page title="短信审核" menu="plat.sms_audit" hint="先在运营商处报备，通过后在这里填写签名名称或模板 CODE，租户立即可用。">
      <ListPage<SmsCaseRowFragment>
        name="sms-cases" label="短信签名和模板" columns={columns} search={SEARCH} empty="还没有租户申请短信签名或模板"
        rowKey={(row) => row.id} rowName={(row) => row.name}
        load={async ({ first, offset, filter }, signal) => (await ask(SmsCasesDocument, {
          first, offset, state: oneOf(smsWordStates, filter.state) ?? null, kind: oneOf(smsWordKinds, filter.kind) ?? null,
        }, signal)).system.smsCases}
      />
      {approving && <Suspense><ApproveForm row={approving} onClose={() => setApproving(null)} /></Suspense>}
    </Page>
  )
}

function useRefuse() {
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (row: SmsCaseRowFragment) => confirm({
    title: `退回“${row.name}”`,
    content: row.state === 'APPROVED' ? '退回后立即不能再使用，还没发出的短信会失败。' : '租户的管理员会看到原因，可修改后重新提交。',
    okText: '退回', reason: '退回原因',
    work: async (reason) => {
      await ask(RefuseSmsDocument, { id: row.id, reason })
      await queries.invalidateQueries({ queryKey: ['sms-cases'] })
      void message.success('已退回')
    },
  })
}
