import { Alert, Button, Form, type FormInstance } from 'antd'
import { useCallback, useRef, type ReactNode } from 'react'
import { RequestError } from '../net/errors'
import { FormProblem } from './form-problem'
import { LeaveGuard } from './leave-guard'
import { useDraft } from './use-draft'
import { TO_FAULT, useSubmit } from './use-submit'

interface FormPageProps<Values, Result> {
  name: string
  form: FormInstance<Values>
  initialValues: Partial<Values>
  /** `again` tells that the second way to submit was taken. */
  send: (values: Values, again: boolean) => Promise<Result>
  done: (result: Result) => void
  /** Keeps unsent text under this name; without it leaving loses the text. */
  draft?: string
  /** What a draft leaves out, in words; empty when nothing. */
  withheld?: string
  /** Version of the record being edited; null for a new one. */
  basis?: number | null
  submitText: string
  /** A second way to submit, which stays on the page for the next one. */
  again?: { text: string; done: (result: Result, values: Values) => void }
  cancelText?: string
  onCancel: () => void
  /** A way out of a refusal, for example to reload after a conflict. */
  remedy?: (problem: RequestError, clear: () => void) => ReactNode
  onValuesChange?: (changed: Partial<Values>) => void
  children: ReactNode
}

/** A conflict in words that do not send people away from what they typed: the way out stands beside. */
const kept = (problem: RequestError) => (problem.code === 'CONFLICT' ? new RequestError('CONFLICT', '此记录刚刚被他人修改。您填写的内容还在，但尚未保存。') : problem)

/** A form that fills a page: leave guard, draft, the server's faults on their fields, buttons at the bottom. */
export function FormPage<Values extends object, Result>(props: FormPageProps<Values, Result>) {
  const { name, form, initialValues, send, done, draft, withheld = '电话号码', basis = null, submitText, again, cancelText = '取消', onCancel, remedy, children } = props
  const dirty = useRef(false)
  const stays = useRef(false)
  const { restored, keep, forget } = useDraft(form as FormInstance, draft, basis)
  const { submit, busy, problem, clear } = useSubmit<Values, Result>(form as FormInstance, (values) => send(values, stays.current), (result, values) => {
    dirty.current = false
    forget()
    if (again && stays.current) again.done(result, values)
    else done(result)
  })
  const isDirty = useCallback(() => dirty.current, [])
  const way = problem && remedy?.(problem, clear)
  const discard = () => {
    forget()
    form.resetFields()
    dirty.current = false
  }
  return (
    <Form<Values>
      name={name}
      form={form}
      layout="vertical"
      initialValues={initialValues}
      onFinish={(values) => void submit(values)}
      onValuesChange={(changed) => {
        dirty.current = true
        keep()
        props.onValuesChange?.(changed as Partial<Values>)
      }}
      scrollToFirstError={TO_FAULT}
    >
      <LeaveGuard dirty={isDirty} kept={draft !== undefined} withheld={withheld} />
      {restored !== 'none' && (
        <Alert
          className="z-gap-bottom"
          type={restored === 'same' ? 'info' : 'warning'}
          showIcon
          title={restored === 'same' ? `已恢复上次未提交的内容${withheld && `（${withheld}需重新填写）`}` : '已恢复上次未提交的内容；此后该记录已被他人修改，请逐项核对后再提交'}
          action={<Button size="small" onClick={discard}>放弃草稿</Button>}
        />
      )}
      {children}
      <div className="z-actions z-actions--sticky">
        <FormProblem problem={way ? kept(problem) : problem} action={way} />
        <Button onClick={onCancel}>{cancelText}</Button>
        {again && <Button disabled={busy} onClick={() => { stays.current = true; form.submit() }}>{again.text}</Button>}
        <Button type="primary" htmlType="submit" loading={busy} onClick={() => { stays.current = false }}>{submitText}</Button>
      </div>
    </Form>
  )
}
