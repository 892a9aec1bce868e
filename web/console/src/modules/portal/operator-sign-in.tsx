import { OperatorSignInDocument, type OperatorFieldsFragment } from '@zhibu/api'
import { Button, Form, Input } from 'antd'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { post } from '../../net/post'

interface Values { userName: string; password: string; totp: string }

/** Signs an operator in: user name, password and the code of the authenticator. */
export function OperatorSignIn({ name, onSignedIn }: { name: string; onSignedIn: (operator: OperatorFieldsFragment) => void }) {
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    async ({ userName, password, totp }: Values) =>
      (await post(OperatorSignInDocument, { input: { userName: userName.trim(), password, totp } }, 'operator')).system.operatorSignIn,
    onSignedIn)
  return (
    <Form name={name} form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values) => void submit(values)}>
      <Form.Item name="userName" label="用户名" rules={[{ required: true, whitespace: true, message: '请输入用户名' }]}>
        <Input autoComplete="username" maxLength={64} />
      </Form.Item>
      <Form.Item name="password" label="密码" rules={[{ required: true, message: '请输入密码' }]}>
        <Input.Password autoComplete="current-password" maxLength={128} />
      </Form.Item>
      <Form.Item name="totp" label="动态口令" extra="身份验证器中显示的 6 位数字" rules={[
        { required: true, message: '请输入动态口令' }, { pattern: /^\d{6}$/, message: '动态口令为 6 位数字' }]} validateTrigger="onBlur">
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} />
      </Form.Item>
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" block loading={busy}>登录</Button>
    </Form>
  )
}
