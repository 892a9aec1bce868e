import { ChangeInitialPasswordDocument, PendingPasswordChangeDocument, RequestPasswordChangeCodeDocument, type PendingPasswordChangeQuery } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Form } from 'antd'
import { useEffect } from 'react'
import { Link, Navigate, useNavigate } from 'react-router'
import { SESSION } from '../../app/session'
import { FormProblem } from '../../kit/form-problem'
import { smsCodeRules } from '../../kit/form-rules'
import { NewPassword } from '../../kit/new-password'
import { SmsCodeInput } from '../../kit/sms-code-input'
import { QueryBoundary } from '../../kit/states'
import { useSubmit } from '../../kit/use-submit'
import { post } from '../../net/post'
import { setSignedIn } from '../../net/recovery'

/** 修改初始密码: whoever signed in with an initial password gets no further without this. */
export default function PasswordPage() {
  useEffect(() => { document.title = '修改初始密码 · 支部' }, [])
  const pending = useQuery({
    queryKey: ['pending-password'],
    queryFn: async () => (await post(PendingPasswordChangeDocument, {}, 'tenant')).system.passwordChange ?? null,
    gcTime: 0,
  })
  return (
    <div className="z-panel">
      <h1>修改初始密码</h1>
      <QueryBoundary query={pending}>
        {(change) => (change
          ? <Change {...change} />
          : <Navigate to="/portal/sign-in" replace />)}
      </QueryBoundary>
      <p className="z-panel-foot"><Link to="/portal/sign-in">换个账号登录</Link></p>
    </div>
  )
}

type Pending = NonNullable<PendingPasswordChangeQuery['system']['passwordChange']>
interface Values { newPassword: string; repeat: string; smsCode?: string }

function Change({ needsSmsCode, maskedMobile, displayName, userName }: Pending) {
  const [form] = Form.useForm<Values>()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { submit, busy, problem } = useSubmit(form,
    async ({ newPassword, smsCode }: Values) =>
      (await post(ChangeInitialPasswordDocument, { input: { newPassword, smsCode: smsCode ?? null } }, 'tenant')).system.changeInitialPassword,
    (session) => {
      queries.setQueryData(SESSION, session)
      setSignedIn(true)
      void navigate('/home', { replace: true })
    })
  const send = async () =>
    (await post(RequestPasswordChangeCodeDocument, {}, 'tenant')).system.requestPasswordChangeCode.resendAfterSeconds
  return (
    <Form name="initial-password" form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values) => void submit(values)}>
      <p>{displayName}，您好！为保障账号安全，首次登录须先修改初始密码。</p>
      <NewPassword userName={userName} />
      {needsSmsCode && (
        <Form.Item name="smsCode" label="短信验证码" extra={maskedMobile ? `验证码将发送至 ${maskedMobile}` : undefined} rules={smsCodeRules} validateTrigger="onBlur">
          <SmsCodeInput send={send} />
        </Form.Item>
      )}
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" block loading={busy}>确定并进入平台</Button>
    </Form>
  )
}
