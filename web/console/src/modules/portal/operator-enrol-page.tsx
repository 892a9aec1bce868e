import { EnrolOperatorDocument, OperatorEnrolmentDocument } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Form, Input, QRCode, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { OPERATOR } from '../../app/session'
import { FormProblem } from '../../kit/form-problem'
import { NewPassword } from '../../kit/new-password'
import { EmptyState, ErrorState, QueryBoundary } from '../../kit/states'
import { StepForm } from '../../kit/step-form'
import { useSubmit } from '../../kit/use-submit'
import { asRequestError } from '../../net/errors'
import { post } from '../../net/post'
import { setSignedIn } from '../../net/recovery'

/** First sign-in of an operator: binds an authenticator and sets a password. The token is in the fragment, which no server log sees. */
export default function OperatorEnrolPage() {
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token') ?? '')
  useEffect(() => { document.title = '运营账号启用 · 支部' }, [])
  const enrolment = useQuery({
    queryKey: ['enrolment', token],
    queryFn: async () => (await post(OperatorEnrolmentDocument, { token }, 'operator')).system.operatorEnrolment,
    enabled: token !== '',
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  })
  const spent = enrolment.isError && !['NETWORK', 'UNAVAILABLE', 'INTERNAL', 'TOO_MANY'].includes(asRequestError(enrolment.error).code)
  return (
    <div className="z-panel z-panel--wide">
      <h1>启用运营账号</h1>
      {token === ''
        ? <EmptyState text="链接不完整，请使用管理员给出的完整链接打开" />
        : spent ? <ErrorState error={enrolment.error} title="链接不能使用" /> : <QueryBoundary query={enrolment}>{(data) => <Enrol token={token} {...data} />}</QueryBoundary>}
      <p className="z-panel-foot"><span>已经启用？<Link to="/operator/login">去登录</Link></span></p>
    </div>
  )
}

interface Values { newPassword: string; repeat: string; totp: string }

function Enrol({ token, userName, secret, otpauthUrl }: { token: string; userName: string; secret: string; otpauthUrl: string }) {
  const [form] = Form.useForm<Values>()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { submit, busy, problem } = useSubmit(form,
    async ({ newPassword, totp }: Values) =>
      (await post(EnrolOperatorDocument, { input: { token, password: newPassword, totp } }, 'operator')).system.enrolOperator,
    (operator) => {
      queries.setQueryData(OPERATOR, operator)
      setSignedIn(true)
      void navigate('/operator', { replace: true })
    })
  const scan = (
    <div className="z-enrol">
      <QRCode value={otpauthUrl} size={192} bgColor="#ffffff" color="#000000" aria-label="身份验证器二维码" role="img" />
      <div>
        <p>用户名：<b>{userName}</b></p>
        <p>请用手机上的身份验证器（支持 TOTP 的任意一种）扫描二维码；无法扫描时，手工输入密钥：</p>
        <Typography.Paragraph copyable={{ text: secret, tooltips: ['复制密钥', '已复制'] }} className="z-code">{secret}</Typography.Paragraph>
      </div>
    </div>
  )
  const secrets = (
    <>
      <NewPassword userName={userName} />
      <Form.Item name="totp" label="动态口令" extra="身份验证器中显示的 6 位数字" rules={[
        { required: true, message: '请输入动态口令' }, { pattern: /^\d{6}$/, message: '动态口令为 6 位数字' }]} validateTrigger="onBlur">
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} />
      </Form.Item>
      <FormProblem problem={problem} />
    </>
  )
  return (
    <Form name="enrol" form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values) => void submit(values)}>
      <StepForm busy={busy} submitText="启用并登录" steps={[{ title: '绑定身份验证器', content: scan }, { title: '设置密码', content: secrets }]} />
    </Form>
  )
}
