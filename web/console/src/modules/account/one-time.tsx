import { BeginTotpDocument, ConfirmTotpDocument, RemoveTotpDocument, type BeginTotpMutation } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, QRCode, Typography } from 'antd'
import { useState } from 'react'
import { SESSION, useSession } from '../../app/session'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

type Key = BeginTotpMutation['system']['beginTotp']

/** 动态口令: a code of the own authenticator app, asked for beside the password. */
export default function OneTime() {
  const session = useSession()
  const [key, setKey] = useState<Key | null>(null)
  if (!session.account.hasPassword) return <p className="z-muted">请先设置登录密码，再启用动态口令。</p>
  if (key) return <Confirm secret={key} onClose={() => setKey(null)} />
  return (
    <>
      <p>{session.account.hasTotp
        ? '已启用：用密码登录时，还要输入身份验证器中的 6 位数字。手机丢失时，请管理员重置密码，动态口令随之停用。'
        : '未启用。启用后，用密码登录时还要输入身份验证器中的 6 位数字，别人知道密码也不能登录。'}</p>
      <WithPassword on={session.account.hasTotp} onKey={setKey} />
    </>
  )
}

function useTold() {
  const session = useSession()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (hasTotp: boolean) => {
    queries.setQueryData(SESSION, { ...session, account: { ...session.account, hasTotp } })
    void message.success(hasTotp ? '动态口令已启用' : '动态口令已停用')
  }
}

function WithPassword({ on, onKey }: { on: boolean; onKey: (key: Key) => void }) {
  const [form] = Form.useForm<{ password: string }>()
  const told = useTold()
  const { submit, busy, problem } = useSubmit(form,
    async ({ password }: { password: string }) => {
      if (!on) return (await ask(BeginTotpDocument, { password })).system.beginTotp
      await ask(RemoveTotpDocument, { password })
      return null
    },
    (key) => {
      form.resetFields()
      if (key) onKey(key)
      else told(false)
    })
  return (
    <Form name="one-time" form={form} layout="vertical" className="z-narrow" requiredMark={false} onFinish={(values) => void submit(values)}>
      <Form.Item name="password" label="登录密码" rules={[{ required: true, message: '请输入登录密码' }]}>
        <Input.Password autoComplete="current-password" maxLength={128} />
      </Form.Item>
      <FormProblem problem={problem} />
      <Button htmlType="submit" danger={on} loading={busy}>{on ? '停用动态口令' : '启用动态口令'}</Button>
    </Form>
  )
}

function Confirm({ secret: { secret, url }, onClose }: { secret: Key; onClose: () => void }) {
  const [form] = Form.useForm<{ totp: string }>()
  const told = useTold()
  const { submit, busy, problem } = useSubmit(form,
    async ({ totp }: { totp: string }) => (await ask(ConfirmTotpDocument, { code: totp })).system.confirmTotp,
    () => {
      told(true)
      onClose()
    })
  return (
    <Form name="one-time-confirm" form={form} layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
      <div className="z-enrol">
        <QRCode value={url} size={192} bgColor="#ffffff" color="#000000" aria-label="身份验证器二维码" role="img" />
        <div>
          <p>请用手机上的身份验证器（支持 TOTP 的任意一种）扫描二维码；无法扫描时，手工输入密钥：</p>
          <Typography.Paragraph copyable={{ text: secret, tooltips: ['复制密钥', '已复制'] }} className="z-code">{secret}</Typography.Paragraph>
        </div>
      </div>
      <Form.Item name="totp" label="动态口令" className="z-narrow" extra="身份验证器中显示的 6 位数字"
        rules={[{ required: true, message: '请输入动态口令' }, { pattern: /^\d{6}$/, message: '动态口令为 6 位数字' }]} validateTrigger="onBlur">
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} />
      </Form.Item>
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" loading={busy}>确认启用</Button> <Button onClick={onClose}>取消</Button>
    </Form>
  )
}
