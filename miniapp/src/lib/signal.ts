import { useEffect, useState } from 'react'

/** A value that pages follow. */
export interface Signal<Value> {
  get(): Value
  set(value: Value): void
  listen(tell: () => void): () => void
}

/** A value that pages follow. */
export function signal<Value>(value: Value): Signal<Value> {
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      listeners.forEach((tell) => tell())
    },
    listen(tell) {
      listeners.add(tell)
      return () => { listeners.delete(tell) }
    },
  }
}

/** The value, and a new picture whenever it changes. */
export function useSignal<Value>(source: Signal<Value>): Value {
  const [value, setValue] = useState(source.get)
  useEffect(() => {
    setValue(source.get())
    return source.listen(() => setValue(source.get()))
  }, [source])
  return value
}
