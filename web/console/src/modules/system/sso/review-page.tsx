import { ApproveSsoDocument, DisableSsoDocument, GrantSsoDocument, RejectSsoDocument, SsoCasesDocument, optionsOf, type SsoCaseRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { FormProblem } from '../../../kit/form-problem'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { StatusTag } from '../../../kit/status-tag'
import { useAction } from '../../../kit/use-action'
import { useSubmit } from '../../../kit/use-submit'
import { instant, oneOf, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { ssoStatuses } from './statuses'

const SEARCH = [{ name: 'status', label: '状态', options: optionsOf(ssoStatuses) }] as const

/** 免密登录审核: decides about applications of tenants and gives more sign-ins. */
export default function SsoReviewPage() {
  const may = usePermission('plat.sso_audit.review')
  const act = useDecisions()
  const [granting, setGranting] = useState<SsoCaseRowFragment | null>(null)
  const columns: ListColumn<SsoCaseRowFragment>[] = [
    { key: 'tenant', title: '租户', fixed: true, cell: (row) => <span className="z-wrap">{row.tenant.name}</span> },
    { key: 'name', title: '平台', cell: (row) => <span className="z-wrap">{row.name}</span> },
    { key: 'status', title: '状态', cell: (row) => <StatusTag dict={ssoStatuses} value={row.status} /> },
    { key: 'quotaLeft', title: '剩余次数', cell: (row) => (row.status === 'APPROVED' ? row.quotaLeft : '—') },
    { key: 'purpose', title: '用途', cell: (row) => <span className="z-wrap">{row.purpose}</span> },
    { key: 'homeUrl', title: '平台网址', cell: (row) => <span className="z-wrap">{row.homeUrl}</span> },
    { key: 'appliedAt', title: '申请时间', cell: (row) => instant(row.appliedAt) },
    { key: 'appliedBy', title: '申请人', cell: (row) => row.appliedBy },
    { key: 'reason', title: '原因', cell: (row) => <span className="z-wrap">{orDash(row.reason)}</span> },
    { key: 'appKey', title: '应用标识', hidden: true, cell: (row) => <span className="z-code">{row.appKey}</span> },
    { key: 'reviewedAt', title: '审核时间', hidden: true, cell: (row) => instant(row.reviewedAt) },
    { key: 'reviewedBy', title: '审核人', hidden: true, cell: (row) => orDash(row.reviewedBy) },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => may && (
        <>
          {row.status === 'APPLIED' && <Button type="link" size="small" aria-label={`通过${row.name}`} onClick={() => act.approve(row)}>通过</Button>}
          {row.status === 'APPLIED' && <Button type="link" size="small" danger aria-label={`驳回${row.name}`} onClick={() => act.reject(row)}>驳回</Button>}
          {row.status === 'APPROVED' && <Button type="link" size="small" aria-label={`为${row.name}增加次数`} onClick={() => setGranting(row)}>增加次数</Button>}
          {row.status === 'APPROVED' && <Button type="link" size="small" danger aria-label={`停用${row.name}`} onClick={() => act.disable(row)}>停用</Button>}
          {row.status === 'DISABLED' && <Button type="link" size="small" aria-label={`恢复${row.name}`} onClick={() => act.approve(row)}>恢复</Button>}
        </>
      ),
    },
  ]
  return (
    <Page title="免密登录审核" menu="plat.sso_audit" hint="通过后赠送 200 次，密钥由租户管理员自己获取。">
      <ListPage<SsoCaseRowFragment>
        name="sso-cases" label="免密登录申请" columns={columns} search={SEARCH} empty="还没有租户申请免密登录"
        rowKey={(row) => row.id} rowName={(row) => row.name}
        load={async ({ first, offset, filter }, signal) =>
          (await ask(SsoCasesDocument, { first, offset, status: oneOf(ssoStatuses, filter.status) ?? null }, signal)).system.ssoCases}
      />
      {granting && <Grant row={granting} onClose={() => setGranting(null)} />}
    </Page>
  )
}

function useDecisions() {
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const approve = useAction((row: SsoCaseRowFragment) => ask(ApproveSsoDocument, { app: row.id }), { success: '已通过', refresh: ['sso-cases'] })
  const told = async (words: string) => {
    await queries.invalidateQueries({ queryKey: ['sso-cases'] })
    void message.success(words)
  }
  return {
    approve: (row: SsoCaseRowFragment) => approve.mutate(row),
    reject: (row: SsoCaseRowFragment) => confirm({
      title: `驳回“${row.name}”`, content: '租户的管理员会看到原因，可重新申请。', okText: '驳回', reason: '驳回原因',
      work: async (reason) => {
        await ask(RejectSsoDocument, { app: row.id, reason })
        await told('已驳回')
      },
    }),
    disable: (row: SsoCaseRowFragment) => confirm({
      title: `停用“${row.name}”`, content: '停用后，该租户的用户立即不能从这个平台免密登录。', okText: '停用', reason: '停用原因',
      work: async (reason) => {
        await ask(DisableSsoDocument, { app: row.id, reason })
        await told('已停用')
      },
    }),
  }
}

interface Values { uses: number }

/** 增加次数. */
function Grant({ row, onClose }: { row: SsoCaseRowFragment; onClose: () => void }) {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    ({ uses }: Values) => ask(GrantSsoDocument, { app: row.id, uses }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sso-cases'] })
      void message.success('次数已增加')
      onClose()
    })
  return (
    <Modal open title={`为“${row.name}”增加次数`} okText="增加" cancelText="取消" confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose}>
      <Form<Values> name="sso-grant" form={form} layout="vertical" initialValues={{ uses: 200 }} onFinish={(values) => void submit(values)}>
        <Form.Item name="uses" label="增加次数" rules={[{ required: true, message: '请输入次数' }]}>
          <InputNumber className="z-block" min={1} max={1_000_000} precision={0} suffix="次" />
        </Form.Item>
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
