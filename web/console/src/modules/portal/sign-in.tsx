import {
  ChooseTenantDocument, RequestSmsCodeDocument, SignInBySmsDocument, SignInDocument, normalMobile,
  type SessionFieldsFragment, type SignInOutcomeFragment,
} from '@zhibu/api'
import { Button, Form, Input, Tabs } from 'antd'
import { useState } from 'react'
import { mobileRule } from '../../kit/form-rules'
import { FormProblem } from '../../kit/form-problem'
import { SmsCodeInput } from '../../kit/sms-code-input'
import { useSubmit } from '../../kit/use-submit'
import { asRequestError } from '../../net/errors'
import { currentRealm } from '../../net/realm'
import { post } from '../../net/post'
import { TenantList } from './tenant-list'

interface SignInProps {
  /** Who is asked to sign in again; the password form is then the first. */
  userName?: string
  /** Prefix of the forms' ids; two sign-ins never share it. */
  name: string
  onSignedIn: (session: SessionFieldsFragment) => void
  /** The initial password must be replaced first. */
  onPasswordChange: () => void
}

type Choice = Extract<SignInOutcomeFragment, { __typename: 'TenantChoice' }>

/** 短信登录 and 账号登录, then the choice of the organisation when a number belongs to several. */
export function SignIn({ name, userName, onSignedIn, onPasswordChange }: SignInProps) {
  const [choice, setChoice] = useState<Choice | null>(null)
  const take = (outcome: SignInOutcomeFragment) => {
    if (outcome.__typename === 'SignedIn') onSignedIn(outcome.session)
    else if (outcome.__typename === 'TenantChoice') setChoice(outcome)
    else onPasswordChange()
  }
  if (choice) {
    return (
      <TenantList
        tenants={choice.tenants}
        choose={async (tenant) => take((await post(ChooseTenantDocument, { input: { ticket: choice.ticket, tenant } }, currentRealm())).system.chooseTenant)}
        onBack={() => setChoice(null)}
      />
    )
  }
  return (
    <Tabs
      defaultActiveKey={userName ? 'password' : 'sms'}
      items={[
        { key: 'sms', label: '短信登录', children: <BySms name={`${name}-sms`} take={take} /> },
        { key: 'password', label: '账号登录', children: <ByPassword name={`${name}-password`} userName={userName ?? ''} take={take} /> },
      ]}
    />
  )
}

type Take = (outcome: SignInOutcomeFragment) => void

function BySms({ name, take }: { name: string; take: Take }) {
  const [form] = Form.useForm<{ mobile: string; code: string }>()
  const { submit, busy, problem } = useSubmit(form,
    async ({ mobile, code }: { mobile: string; code: string }) =>
      (await post(SignInBySmsDocument, { input: { mobile: normalMobile(mobile), code } }, 'tenant')).system.signInBySms,
    take)
  const send = async () => {
    const ready = await form.validateFields(['mobile']).then(() => true, () => false)
    if (!ready) return null
    const mobile = normalMobile(form.getFieldValue('mobile') as string)
    return (await post(RequestSmsCodeDocument, { input: { mobile } }, 'tenant')).system.requestSmsCode.resendAfterSeconds
  }
  return (
    <Form name={name} form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values) => void submit(values)}>
      <Form.Item name="mobile" label="手机号" rules={[
        { required: true, message: '请输入手机号' },
        mobileRule,
      ]} validateTrigger="onBlur">
        <Input inputMode="tel" autoComplete="tel" maxLength={17} placeholder="11 位手机号" />
      </Form.Item>
      <Form.Item name="code" label="验证码" rules={[{ required: true, message: '请输入验证码' }, { pattern: /^\d{6}$/, message: '验证码为 6 位数字' }]} validateTrigger="onBlur">
        <SmsCodeInput send={send} />
      </Form.Item>
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" block loading={busy}>登录</Button>
    </Form>
  )
}

function ByPassword({ name, userName: known, take }: { name: string; userName: string; take: Take }) {
  const [form] = Form.useForm<{ userName: string; password: string; totp?: string }>()
  const [second, setSecond] = useState(false)
  const { submit, busy, problem } = useSubmit(form,
    async ({ userName, password, totp }: { userName: string; password: string; totp?: string }) => {
      try {
        return (await post(SignInDocument, { input: { userName: userName.trim(), password, totp: totp?.trim() || null } }, 'tenant')).system.signIn
      } catch (cause) {
        // The password was right: the account asks for a code beside it.
        if (asRequestError(cause).code !== 'TOTP_REQUIRED' || second) throw cause
        setSecond(true)
        return null
      }
    },
    (outcome) => { if (outcome) take(outcome) })
  return (
    <Form name={name} form={form} layout="vertical" size="large" requiredMark={false} initialValues={{ userName: known }} onFinish={(values) => void submit(values)}>
      <Form.Item name="userName" label="用户名" rules={[{ required: true, whitespace: true, message: '请输入用户名' }]}>
        <Input autoComplete="username" maxLength={64} placeholder="用户名或手机号" />
      </Form.Item>
      <Form.Item name="password" label="密码" rules={[{ required: true, message: '请输入密码' }]}>
        <Input.Password autoComplete="current-password" maxLength={128} />
      </Form.Item>
      {second && (
        <Form.Item name="totp" label="动态口令" extra="身份验证器中显示的 6 位数字"
          rules={[{ required: true, message: '请输入动态口令' }, { pattern: /^\d{6}$/, message: '动态口令为 6 位数字' }]} validateTrigger="onBlur">
          <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} autoFocus />
        </Form.Item>
      )}
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" block loading={busy}>登录</Button>
    </Form>
  )
}
