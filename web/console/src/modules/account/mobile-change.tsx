import { RequestMobileChangeCodeDocument, UpdateMyAccountDocument, normalMobile } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { SESSION, useSession } from '../../app/session'
import { mobileRule, smsCodeRules } from '../../kit/form-rules'
import { FormProblem } from '../../kit/form-problem'
import { SmsCodeInput } from '../../kit/sms-code-input'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

interface Values { password?: string; mobile: string; smsCode: string }

/** Changes the own mobile number: the present password shows who asks, a code sent to the new number that it is theirs. */
export function MobileChange() {
  const session = useSession()
  const { account } = session
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [form] = Form.useForm<Values>()
  const close = () => {
    setOpen(false)
    form.resetFields()
    clear()
  }
  const { submit, busy, problem, clear } = useSubmit(form,
    async ({ mobile, smsCode, password }: Values) =>
      (await ask(UpdateMyAccountDocument, { input: { mobile: normalMobile(mobile), smsCode, password: password ?? null } })).system.updateMyAccount,
    (changed) => {
      queries.setQueryData(SESSION, { ...session, account: changed })
      close()
      void message.success('手机号已更换')
    })
  const send = async () => {
    const ready = await form.validateFields(['mobile']).then(() => true, () => false)
    if (!ready) return null
    const mobile = normalMobile(form.getFieldValue('mobile') as string)
    return (await ask(RequestMobileChangeCodeDocument, { mobile })).system.requestMobileChangeCode.resendAfterSeconds
  }
  if (!open) {
    return (
      <p className="z-inline">
        <span>{account.hasMobile ? `当前手机号：${account.mobile ?? ''}` : '尚未绑定手机号，绑定后可用短信验证码登录。'}</span>
        <Button onClick={() => setOpen(true)}>{account.hasMobile ? '更换手机号' : '绑定手机号'}</Button>
      </p>
    )
  }
  return (
    <Form name="mobile" form={form} layout="vertical" className="z-narrow" onFinish={(values) => void submit(values)}>
      {account.hasPassword && (
        <Form.Item name="password" label="登录密码" extra="手机号可用于登录，更换前须确认是本人操作；忘记密码请先用短信验证码修改密码" rules={[{ required: true, message: '请输入登录密码' }]}>
          <Input.Password autoComplete="current-password" maxLength={128} />
        </Form.Item>
      )}
      <Form.Item name="mobile" label="新手机号" validateTrigger="onBlur" rules={[
        { required: true, message: '请输入新手机号' },
        mobileRule,
      ]}>
        <Input inputMode="tel" maxLength={17} autoComplete="tel" />
      </Form.Item>
      <Form.Item name="smsCode" label="新手机收到的验证码" rules={smsCodeRules} validateTrigger="onBlur">
        <SmsCodeInput send={send} />
      </Form.Item>
      <FormProblem problem={problem} />
      <div className="z-actions">
        <Button onClick={close}>取消</Button>
        <Button type="primary" htmlType="submit" loading={busy}>确定更换</Button>
      </div>
    </Form>
  )
}
