import { SetSsoRulesDocument, type SsoAppFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import { linesOf } from './lines'

interface Values { targets: string; addresses: string; admitAdministrators: boolean }

/** 设置规则: where people are led, from where tickets may be asked, whether administrators come in. */
export function RulesForm({ app, onClose }: { app: SsoAppFragment; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(SetSsoRulesDocument, {
      input: { app: app.id, targets: linesOf(values.targets), addresses: linesOf(values.addresses), admitAdministrators: values.admitAdministrators },
    }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sso'] })
      void message.success('规则已保存')
      onClose()
    })
  return (
    <DetailDrawer open title={`设置规则 · ${app.name}`} onClose={onClose} size={480} sticky>
      <Form<Values> name="sso-rules" form={form} layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={{ targets: app.targets.join('\n'), addresses: app.addresses.join('\n'), admitAdministrators: app.admitAdministrators }}>
        <Form.Item name="targets" label="允许进入的页面" extra="每行一个路径，含其下的所有页面，如 /home" rules={[{ required: true, whitespace: true, message: '请至少填写一个路径' }]}>
          <Input.TextArea rows={4} />
        </Form.Item>
        <Form.Item name="addresses" label="IP 白名单" extra="自有平台服务器的地址或网段，每行一个，如 203.0.113.0/24；不填为不限">
          <Input.TextArea rows={4} />
        </Form.Item>
        <Form.Item name="admitAdministrators" valuePropName="checked" extra="包括书记等有管理权限的人；权限大，建议仍用密码登录">
          <Checkbox>允许管理员免密登录</Checkbox>
        </Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
