import { ApproveSsoLinkDocument, LinkSsoSubjectDocument, RemoveSsoLinkDocument, SsoLinksDocument, type SsoAppFragment, type SsoLinkRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Select, Table } from 'antd'
import { useState } from 'react'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { useAction } from '../../../kit/use-action'
import { useSubmit } from '../../../kit/use-submit'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

const sourceOf = (apps: readonly SsoAppFragment[], source: string) =>
  apps.find((app) => source === `app:${app.appKey}`)?.name ?? source

/** 外部身份绑定: whom outside identities stand for, and who waits for approval. */
export function LinksSection({ apps }: { apps: readonly SsoAppFragment[] }) {
  const may = usePermission('system.sso.manage')
  const [adding, setAdding] = useState(false)
  const query = useQuery({ queryKey: ['sso', 'links'], queryFn: async ({ signal }) => (await ask(SsoLinksDocument, {}, signal)).system.ssoLinks, staleTime: 0 })
  const approve = useAction((id: string) => ask(ApproveSsoLinkDocument, { id }), { success: '已通过', refresh: ['sso'] })
  const remove = useAction((id: string) => ask(RemoveSsoLinkDocument, { id }), { success: '已解除', refresh: ['sso'] })
  const columns = [
    { key: 'source', title: '来源', render: (_: unknown, link: SsoLinkRowFragment) => sourceOf(apps, link.source) },
    { key: 'subject', title: '外部编号', dataIndex: 'subject' },
    { key: 'user', title: '用户', render: (_: unknown, link: SsoLinkRowFragment) => `${link.displayName}（${link.userName}）` },
    { key: 'approved', title: '状态', render: (_: unknown, link: SsoLinkRowFragment) => (link.approvedAt ? `已绑定 ${instant(link.approvedAt)}` : '待批准') },
    {
      key: 'actions', title: '操作',
      render: (_: unknown, link: SsoLinkRowFragment) => may && (
        <>
          {!link.approvedAt && <Button type="link" size="small" onClick={() => approve.mutate(link.id)}>批准</Button>}
          <Button type="link" size="small" danger onClick={() => remove.mutate(link.id)}>{link.approvedAt ? '解除' : '拒绝'}</Button>
        </>
      ),
    },
  ]
  return (
    <Section title="外部身份绑定" extra={may && <Button onClick={() => setAdding(true)}>新增绑定</Button>}>
      <p className="z-muted">自有平台用自己的用户编号（external_id）登录，或使用统一身份认证时，须先绑定到本单位的账号。</p>
      <QueryBoundary query={query}>
        {(links) => <Table aria-label="外部身份绑定" size="small" rowKey="id" columns={columns} dataSource={links} pagination={false} scroll={{ x: 'max-content' }} locale={{ emptyText: '还没有绑定' }} />}
      </QueryBoundary>
      {adding && <LinkForm apps={apps.filter((app) => app.status === 'APPROVED')} onClose={() => setAdding(false)} />}
    </Section>
  )
}

interface Values { app: string; subject: string; userName: string }

function LinkForm({ apps, onClose }: { apps: readonly SsoAppFragment[]; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(LinkSsoSubjectDocument, { app: values.app, subject: values.subject.trim(), userName: values.userName.trim() }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sso', 'links'] })
      void message.success('已绑定')
      onClose()
    })
  return (
    <DetailDrawer open title="新增绑定" onClose={onClose} size={420} sticky>
      <Form<Values> name="sso-link" form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ app: apps[0]?.id }}>
        <Form.Item name="app" label="应用" rules={[{ required: true, message: '请选择应用' }]}>
          <Select options={apps.map((app) => ({ value: app.id, label: app.name }))} />
        </Form.Item>
        <Form.Item name="subject" label="外部编号" rules={[{ required: true, whitespace: true, message: '请输入外部编号' }]}><Input maxLength={128} /></Form.Item>
        <Form.Item name="userName" label="本单位用户名" rules={[{ required: true, whitespace: true, message: '请输入用户名' }]}><Input maxLength={50} /></Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>绑定</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
