import type { FormInstance } from 'antd'
import { useContext, useEffect, useRef, useState } from 'react'
import { clearDraft, loadDraft, saveDraft } from './drafts'
import { OwnerContext } from './owner'

/** Whether a draft came back, and whether the record changed since it was typed. */
export type Restored = 'none' | 'same' | 'older'

/** Keeps a form's text in this browser until it is submitted, and brings it back. */
export function useDraft(form: FormInstance, name: string | undefined, basis: number | null) {
  const owner = useContext(OwnerContext)
  const [restored, setRestored] = useState<Restored>('none')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  useEffect(() => {
    if (!name) return
    const draft = loadDraft(owner, name)
    if (!draft) return
    form.setFieldsValue(draft.values)
    setRestored(draft.basis === basis ? 'same' : 'older')
  // The draft is read once, when the form opens.
  }, [owner, name])
  useEffect(() => () => clearTimeout(timer.current), [])

  return {
    restored,
    keep: () => {
      if (!name) return
      clearTimeout(timer.current)
      timer.current = setTimeout(() => saveDraft(owner, name, form.getFieldsValue(true) as Record<string, unknown>, basis), 400)
    },
    forget: () => {
      clearTimeout(timer.current)
      setRestored('none')
      if (name) clearDraft(owner, name)
    },
  }
}
