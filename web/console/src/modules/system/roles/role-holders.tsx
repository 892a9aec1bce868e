import { GiveRoleDocument, RoleHoldersDocument, TakeRoleDocument, type RoleFieldsFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { useState } from 'react'
import { AccountSelect } from '../../../kit/account-select'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { Section } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { OrgPicker } from '../../../kit/org-picker'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { useSubmit } from '../../../kit/use-submit'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

interface Values { account: string; organisation: string }

const PAGE = 50

/** 担任人员: who holds a role of the tenant's own, and where. */
export function RoleHolders({ role, onChange }: { role: RoleFieldsFragment; onChange: () => void }) {
  const may = usePermission('role.manage')
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const [offset, setOffset] = useState(0)
  const holders = useQuery({
    queryKey: ['role-holders', role.key, offset],
    queryFn: async ({ signal }) => (await ask(RoleHoldersDocument, { role: role.key, first: PAGE, offset }, signal)).system.roleHolders,
  })
  const changed = async () => {
    await holders.refetch()
    onChange()
  }
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(GiveRoleDocument, { role: role.key, ...values }),
    async () => {
      void message.success(`已指定，“${role.name}”的权限立即生效`)
      form.resetFields()
      await changed()
    })
  return (
    <Section title={`担任人员（${role.holders}）`}>
      <QueryBoundary query={holders}>
        {(page) => (
          <>
            {page.nodes.length === 0 && <p className="z-muted">还没有人担任</p>}
            <ul className="z-rows" aria-label="担任人员">
              {page.nodes.map((one) => (
                <li key={`${one.account} ${one.organisation.id}`}>
                  <div><b>{one.displayName}</b>（{one.userName}）<p className="z-muted">{one.organisation.shortName}，{instant(one.since)} 起</p></div>
                  {may && (
                    <Button size="small" danger aria-label={`移除：${one.displayName}`} onClick={() => confirm({
                      title: `不再由“${one.displayName}”担任“${role.name}”`,
                      content: '移除后，此角色带来的权限立即失效。',
                      okText: '移除',
                      work: async () => {
                        await ask(TakeRoleDocument, { role: role.key, account: one.account, organisation: one.organisation.id })
                        await changed()
                      },
                    })}>移除</Button>
                  )}
                </li>
              ))}
            </ul>
            {(offset > 0 || page.pageInfo.hasNextPage) && (
              <p>
                <Button size="small" disabled={offset === 0} onClick={() => setOffset(offset - PAGE)}>上一页</Button>{' '}
                <Button size="small" disabled={!page.pageInfo.hasNextPage} onClick={() => setOffset(offset + PAGE)}>下一页</Button>
              </p>
            )}
          </>
        )}
      </QueryBoundary>
      {may && (
        <Form<Values> name="role-holder" form={form} layout="vertical" className="z-narrow" onFinish={(values) => void submit(values)}>
          <Form.Item name="account" label="人员" rules={[{ required: true, message: '请选择人员' }]}><AccountSelect none="没有找到，请先为其建立账号" /></Form.Item>
          <Form.Item name="organisation" label="任职组织" rules={[{ required: true, message: '请选择任职组织' }]}><OrgPicker label="任职组织" /></Form.Item>
          <FormProblem problem={problem} />
          <Button htmlType="submit" loading={busy}>指定</Button>
        </Form>
      )}
    </Section>
  )
}
