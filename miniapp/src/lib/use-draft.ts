import { useCallback, useState } from 'react'
import { session } from './session'
import { keep, recall } from './storage'

/** How long what was typed is kept: a week, as in the console. */
const LIFE = 7 * 24 * 3_600_000
interface Kept<Value> { at: number; value: Value }

const fresh = <Value>(key: string): Value | null => {
  const kept = recall<Kept<Value>>(key)
  if (!kept?.at || Date.now() - kept.at > LIFE) return null
  return kept.value
}

/** What was typed into a form, kept on this phone until it is sent; of each account apart. */
export function useDraft<Value extends object>(name: string, empty: Value) {
  const key = `draft.${session.get()?.account.id ?? ''}.${name}`
  const [kept] = useState(() => fresh<Value>(key))
  const [value, setValue] = useState<Value>(() => ({ ...empty, ...kept }))
  const change = useCallback((part: Partial<Value>) => {
    setValue((before) => {
      const next = { ...before, ...part }
      keep(key, { at: Date.now(), value: next } satisfies Kept<Value>)
      return next
    })
  }, [key])
  /** Takes what the server has, unless something was typed here. */
  const start = useCallback((from: Value) => { if (!fresh(key)) setValue(from) }, [key])
  const forget = useCallback(() => keep(key, null), [key])
  return { value, change, start, forget, restored: kept !== null }
}
