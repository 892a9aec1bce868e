import { useCallback, useState } from 'react'
import { session } from './session'
import { keep, recall } from './storage'

/** What was typed into a form, kept on this phone until it is sent; of each account apart. */
export function useDraft<Value extends object>(name: string, empty: Value) {
  const key = `draft.${session.get()?.account.id ?? ''}.${name}`
  const [kept] = useState(() => recall<Value>(key))
  const [value, setValue] = useState<Value>(() => ({ ...empty, ...kept }))
  const change = useCallback((part: Partial<Value>) => {
    setValue((before) => {
      const next = { ...before, ...part }
      keep(key, next)
      return next
    })
  }, [key])
  /** Takes what the server has, unless something was typed here. */
  const start = useCallback((from: Value) => { if (!recall(key)) setValue(from) }, [key])
  const forget = useCallback(() => keep(key, null), [key])
  return { value, change, start, forget, restored: kept !== null }
}
