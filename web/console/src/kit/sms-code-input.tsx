import { App, Button, Input, Space } from 'antd'
import { useEffect, useState } from 'react'
import { asRequestError, errorSentence } from '../net/errors'

interface SmsCodeInputProps {
  id?: string
  value?: string
  onChange?: (value: string) => void
  /** Asks for a code; returns the seconds until another may be asked for. Null when the number is not ready. */
  send: () => Promise<number | null>
}

/** Six digits from a text message, with the button that asks for them and its countdown. */
export function SmsCodeInput({ id, value = '', onChange, send }: SmsCodeInputProps) {
  const { message } = App.useApp()
  const [until, setUntil] = useState(0)
  const [now, setNow] = useState(() => Date.now())
  const [busy, setBusy] = useState(false)
  const left = Math.max(0, Math.ceil((until - now) / 1000))

  useEffect(() => {
    if (until <= Date.now()) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [until])

  const wait = (seconds: number) => {
    setNow(Date.now())
    setUntil(Date.now() + seconds * 1000)
  }
  async function ask() {
    setBusy(true)
    try {
      const seconds = await send()
      if (seconds === null) return
      wait(seconds)
      void message.success('验证码已发送，请查看手机短信')
    } catch (cause) {
      const { retryAfter } = asRequestError(cause)
      // The server counts whole seconds only.
      if (retryAfter) wait(retryAfter + 1)
      void message.error(errorSentence(cause), 6)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Space.Compact block>
      <Input id={id} value={value} inputMode="numeric" autoComplete="one-time-code" maxLength={6} placeholder="6 位数字"
        onChange={(event) => onChange?.(event.target.value.replace(/\D/g, ''))} />
      <Button onClick={() => void ask()} loading={busy} disabled={left > 0}>{left > 0 ? `${left} 秒后重发` : '获取验证码'}</Button>
    </Space.Compact>
  )
}
