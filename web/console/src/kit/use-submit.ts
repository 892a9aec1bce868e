import type { FormInstance } from 'antd'
import { useState } from 'react'
import { asRequestError, type RequestError } from '../net/errors'

/** How a form goes to its first fault: to the middle, where neither the header nor the buttons cover it. */
export const TO_FAULT = { block: 'center', scrollMode: 'always', focus: true } as const

/** Sends a form once at a time; puts the server's faults on the fields and keeps everything typed. */
export function useSubmit<Values, Result>(
  form: FormInstance,
  send: (values: Values) => Promise<Result>,
  done: (result: Result, values: Values) => void | Promise<void>,
): { submit: (values: Values) => Promise<void>; busy: boolean; problem: RequestError | null; clear: () => void } {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<RequestError | null>(null)

  async function submit(values: Values): Promise<void> {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await done(await send(values), values)
    } catch (cause) {
      const error = asRequestError(cause)
      const shown = new Set(form.getFieldsError().map(({ name }) => name.join('.')))
      const known = error.fields.filter(({ path }) => shown.has(path.join('.')))
      form.setFields(known.map(({ path, message }) => ({ name: path, errors: [message] })))
      if (known[0]) form.scrollToField(known[0].path, TO_FAULT)
      if (known.length === 0 || known.length < error.fields.length) setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return { submit, busy, problem, clear: () => setProblem(null) }
}
