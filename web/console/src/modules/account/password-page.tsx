import { ChangePasswordDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { SESSION, useSession } from '../../app/session'
import { Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { NewPassword } from '../../kit/new-password'
import { Page } from '../../kit/page'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

interface Values { oldPassword: string; newPassword: string; repeat: string }

/** 修改密码: other devices are signed out by the change. */
export default function ChangePasswordPage() {
  const { account } = useSession()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    async ({ oldPassword, newPassword }: Values) => (await ask(ChangePasswordDocument, { input: { oldPassword, newPassword } })).system.changePassword,
    async () => {
      form.resetFields()
      void message.success('密码已修改，其他设备需重新登录')
      await queries.invalidateQueries({ queryKey: SESSION })
    })
  return (
    <Page title="修改密码" parents={[{ title: '首页', to: '/home' }, { title: '账号信息', to: '/account' }]}>
      <Section title="设置新密码">
        <Form name="password" form={form} layout="vertical" className="z-narrow" onFinish={(values) => void submit(values)}>
          <Form.Item name="oldPassword" label="当前密码" rules={[{ required: true, message: '请输入当前密码' }]}>
            <Input.Password autoComplete="current-password" maxLength={128} />
          </Form.Item>
          <NewPassword userName={account.userName} />
          <FormProblem problem={problem} />
          <p className="z-muted z-gap-bottom">修改后，您在其他电脑和手机上的登录将全部失效。</p>
          <Button type="primary" htmlType="submit" loading={busy}>确定修改</Button>
        </Form>
      </Section>
    </Page>
  )
}
