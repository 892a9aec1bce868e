import Taro from '@tarojs/taro'
import { asRequestError, errorSentence, type FieldFault } from '@zhibu/api/errors'
import { useRef, useState } from 'react'
import { noteWrite } from './use-query'

/** A write: runs once at a time, says what went wrong, and keeps the faults of fields. */
export function useAction() {
  const [busy, setBusy] = useState(false)
  const [faults, setFaults] = useState<FieldFault[]>([])
  const [problem, setProblem] = useState<string | null>(null)
  const running = useRef(false)
  const run = async (work: () => Promise<void>) => {
    if (running.current) return
    running.current = true
    setBusy(true)
    setFaults([])
    setProblem(null)
    try {
      await work()
      noteWrite()
    } catch (cause) {
      const error = asRequestError(cause)
      setFaults(error.fields)
      setProblem(errorSentence(error))
    }
    running.current = false
    setBusy(false)
  }
  /** What is wrong with a field, named as in its form; the server may name the argument before it. */
  const faultOf = (field: string) => faults.find(({ path }) => [field, `input.${field}`].includes(path.join('.')))?.message ?? null
  return { busy, problem, faultOf, run, say: setProblem }
}

/** Says briefly that something is done. */
export const done = (title: string): void => { void Taro.showToast({ title, icon: 'success' }) }

/** Says briefly what was done and is no success. */
export const tell = (title: string): void => { void Taro.showToast({ title, icon: 'none', duration: 4000 }) }

/** Asks before what cannot be taken back. */
export const confirm = (title: string, content: string, confirmText = '确定'): Promise<boolean> =>
  Taro.showModal({ title, content, confirmText, confirmColor: '#b8151b' }).then((answer) => answer.confirm, () => false)
