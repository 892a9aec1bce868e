import { App, Input } from 'antd'
import { useState, type ReactNode } from 'react'
import { errorSentence } from '../net/errors'

/** What a dangerous act is, what follows from it, and what must be typed to go on. */
export interface Danger {
  title: string
  content: ReactNode
  okText: string
  /** Text the person must type; without it a second question is asked. */
  typed?: string
  /** Asks for a reason and hands it to the work. */
  reason?: string
  work: (reason: string) => Promise<unknown>
}

function Asked({ danger, onChange }: { danger: Danger; onChange: (typed: string, reason: string) => void }) {
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  return (
    <div>
      <div className="z-gap-bottom">{danger.content}</div>
      {danger.reason !== undefined && (
        <label className="z-field">
          <span>{danger.reason}</span>
          <Input.TextArea autoFocus rows={2} maxLength={200} showCount value={reason}
            onChange={(event) => { setReason(event.target.value); onChange(typed, event.target.value) }} />
        </label>
      )}
      {danger.typed !== undefined && (
        <label className="z-field">
          <span>请输入“{danger.typed}”以确认</span>
          <Input autoFocus={danger.reason === undefined} value={typed}
            onChange={(event) => { setTyped(event.target.value); onChange(event.target.value, reason) }} />
        </label>
      )}
    </div>
  )
}

/** Asks twice before a dangerous act: by typing a text or a reason, or by a second question. */
export function useConfirmDanger(): (danger: Danger) => void {
  const { modal, message } = App.useApp()
  const run = async (danger: Danger, reason: string) => {
    try {
      await danger.work(reason)
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
      throw cause
    }
  }
  return (danger) => {
    const writes = danger.typed !== undefined || danger.reason !== undefined
    let given = ''
    const ready = (typed: string, reason: string) =>
      (danger.typed === undefined || typed.trim() === danger.typed) && (danger.reason === undefined || reason.trim() !== '')
    const first = modal.confirm({
      title: danger.title,
      content: writes
        ? <Asked danger={danger} onChange={(typed, reason) => {
          given = reason.trim()
          first.update({ okButtonProps: { danger: true, disabled: !ready(typed, reason) } })
        }} />
        : danger.content,
      okText: writes ? danger.okText : '继续',
      cancelText: '取消',
      width: 480,
      autoFocusButton: writes ? null : 'cancel',
      okButtonProps: { danger: true, disabled: writes },
      onOk: () => {
        if (writes) return run(danger, given)
        modal.confirm({
          title: `再次确认：${danger.okText}？`,
          content: '此操作会立即生效。',
          okText: danger.okText,
          cancelText: '取消',
          autoFocusButton: 'cancel',
          okButtonProps: { danger: true },
          onOk: () => run(danger, ''),
        })
        return undefined
      },
    })
  }
}
