import { SetSsoIssuerDocument, SsoIssuerDocument, type SsoAppFragment, type SsoIssuerQuery } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { QueryBoundary } from '../../../kit/states'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import { CopyButton } from './copy-button'

interface Values { issuer: string; clientId: string; secret?: string; enabled: boolean }
type Issuer = SsoIssuerQuery['system']['ssoIssuer']

/** 统一身份认证: the tenant's own identity provider. */
export function IssuerForm({ app, onClose }: { app: SsoAppFragment; onClose: () => void }) {
  const query = useQuery({
    queryKey: ['sso', 'issuer', app.id],
    queryFn: async ({ signal }) => (await ask(SsoIssuerDocument, { app: app.id }, signal)).system.ssoIssuer,
    staleTime: 0,
  })
  const addresses = [
    { title: '回调地址', text: `${location.origin}/sso/oidc/callback` },
    { title: '登录入口', text: `${location.origin}/sso/oidc/${app.appKey}` },
  ]
  return (
    <DetailDrawer open title={`统一身份认证 · ${app.name}`} onClose={onClose} size={520} sticky>
      <dl className="z-facts">
        {addresses.map(({ title, text }) => <div key={title}><dt>{title}</dt><dd className="z-code">{text} <CopyButton what={title} text={text} /></dd></div>)}
      </dl>
      <QueryBoundary query={query}>{(issuer) => <Fields app={app} issuer={issuer} onClose={onClose} />}</QueryBoundary>
    </DetailDrawer>
  )
}

function Fields({ app, issuer, onClose }: { app: SsoAppFragment; issuer: Issuer; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    ({ secret, ...values }: Values) => ask(SetSsoIssuerDocument, { input: { app: app.id, ...values, secret: secret || null } }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sso'] })
      void message.success('统一身份认证已保存')
      onClose()
    })
  return (
    <Form<Values> name="sso-issuer" form={form} layout="vertical" onFinish={(values) => void submit(values)}
      initialValues={{ issuer: issuer?.issuer ?? '', clientId: issuer?.clientId ?? '', secret: '', enabled: issuer?.enabled ?? true }}>
      <Form.Item name="issuer" label="签发方网址" extra="须与认证平台自己公布的完全一致" rules={[{ required: true, message: '请输入签发方网址' }]}>
        <Input maxLength={300} placeholder="https://sso.example.org" />
      </Form.Item>
      <Form.Item name="clientId" label="客户端标识" rules={[{ required: true, message: '请输入客户端标识' }]}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label="客户端密钥" extra={issuer ? '不填则保持原密钥' : undefined} rules={issuer ? [] : [{ required: true, message: '请输入客户端密钥' }]}>
        <Input.Password maxLength={500} autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="enabled" valuePropName="checked"><Checkbox>启用</Checkbox></Form.Item>
      <FormProblem problem={problem} />
      <div className="z-actions">
        <Button onClick={onClose}>取消</Button>
        <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
      </div>
    </Form>
  )
}
