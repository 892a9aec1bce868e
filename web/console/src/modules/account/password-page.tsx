import { ChangePasswordDocument, RequestPasswordChangeCodeDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio } from 'antd'
import { SESSION, useSession } from '../../app/session'
import { Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { smsCodeRules } from '../../kit/form-rules'
import { NewPassword } from '../../kit/new-password'
import { Page } from '../../kit/page'
import { SmsCodeInput } from '../../kit/sms-code-input'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

type Proof = 'password' | 'code'
interface Values { by?: Proof; oldPassword?: string; smsCode?: string; newPassword: string; repeat: string }

const WAYS = [{ value: 'password', label: '原密码验证' }, { value: 'code', label: '短信验证码验证' }]

/** 修改密码: by the present password, or by a text message for whoever forgot it; other devices are signed out. */
export default function ChangePasswordPage() {
  const { account } = useSession()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const both = account.hasPassword && account.hasMobile
  const only: Proof = account.hasPassword || !account.hasMobile ? 'password' : 'code'
  const by = Form.useWatch('by', form) ?? only
  const { submit, busy, problem, clear } = useSubmit(form,
    async ({ oldPassword, smsCode, newPassword }: Values) =>
      (await ask(ChangePasswordDocument, { input: { oldPassword: oldPassword ?? null, smsCode: smsCode ?? null, newPassword } })).system.changePassword,
    async () => {
      form.resetFields()
      void message.success('密码已修改，其他设备需重新登录')
      await queries.invalidateQueries({ queryKey: SESSION })
    })
  const send = async () => (await ask(RequestPasswordChangeCodeDocument, {})).system.requestPasswordChangeCode.resendAfterSeconds
  return (
    <Page title="修改密码" parents={[{ title: '首页', to: '/home' }, { title: '账号信息', to: '/account' }]}>
      <Section title="设置新密码">
        <Form<Values> name="password" form={form} layout="vertical" className="z-narrow" onFinish={(values) => void submit(values)}>
          {both && (
            <Form.Item name="by" label="身份验证方式" initialValue={only} extra="忘记原密码时，请选择短信验证码验证">
              <Radio.Group options={WAYS} onChange={clear} />
            </Form.Item>
          )}
          {by === 'password' ? (
            <Form.Item name="oldPassword" label="原密码" preserve={false} rules={[{ required: true, message: '请输入原密码' }]}
              extra={account.hasMobile ? undefined : '忘记原密码时，请联系管理员重置；绑定手机号后可用短信验证码修改'}>
              <Input.Password autoComplete="current-password" maxLength={128} />
            </Form.Item>
          ) : (
            <Form.Item name="smsCode" label="短信验证码" preserve={false} rules={smsCodeRules} validateTrigger="onBlur" extra={`验证码将发送至 ${account.mobile ?? '您的手机'}`}>
              <SmsCodeInput send={send} />
            </Form.Item>
          )}
          <NewPassword userName={account.userName} />
          <FormProblem problem={problem} />
          <p className="z-muted z-gap-bottom">修改后，您在其他电脑和手机上的登录将全部失效。</p>
          <Button type="primary" htmlType="submit" loading={busy}>确定修改</Button>
        </Form>
      </Section>
    </Page>
  )
}
