import { View } from '@tarojs/components'
import { MiniSmsCodeDocument } from '@zhibu/api/documents/mini-session'
import { useEffect, useState } from 'react'
import { TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { post } from '@/lib/post'
import { useAction } from '@/lib/use-action'
import type { useSignIn } from '@/lib/use-sign-in'

/** A number and the code that was sent to it. */
export function SmsStep({ flow, title }: { flow: ReturnType<typeof useSignIn>; title: string }) {
  const [mobile, setMobile] = useState('')
  const [code, setCode] = useState('')
  const [wait, setWait] = useState(0)
  const send = useAction()
  useEffect(() => {
    if (!wait) return
    const timer = setTimeout(() => setWait(wait - 1), 1000)
    return () => clearTimeout(timer)
  }, [wait])
  const ask = () => send.run(async () => setWait((await post(MiniSmsCodeDocument, { mobile })).system.requestSmsCode.resendAfterSeconds))
  const whole = /^1\d{10}$/.test(mobile)
  const fault = send.faultOf('mobile') ?? flow.action.faultOf('phone') ?? flow.action.faultOf('mobile') ?? (mobile.length === 11 && !whole ? '手机号不正确' : null)
  return (
    <Card title={title}>
      <TextField label="手机号" type="number" max={11} value={mobile} onChange={setMobile} placeholder="登记在党组织的手机号" fault={fault} />
      <Press plain inline busy={send.busy} disabled={!whole || wait > 0} onPress={() => void ask()}>{wait ? `${wait} 秒后可重新获取` : '获取验证码'}</Press>
      <TextField label="验证码" type="number" max={6} value={code} onChange={setCode} placeholder="短信里的 6 位数字" fault={flow.action.faultOf('code')} />
      {send.problem ? <View className="bad" role="alert">{send.problem}</View> : null}
      <Press inline busy={flow.action.busy} disabled={!whole || code.length < 6} onPress={() => void flow.bind({ sms: { mobile, code } })}>登录</Press>
    </Card>
  )
}
