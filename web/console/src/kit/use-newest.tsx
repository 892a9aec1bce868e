import { App, Button, type FormInstance } from 'antd'
import { useState, type ReactNode } from 'react'
import { errorSentence, type RequestError } from '../net/errors'
import { mergedWords, mergeNewest } from './merge-newest'

interface NewestProps<Row, Values extends object> {
  form: FormInstance<Values>
  /** The record that the form was opened with. */
  record: Row
  load: () => Promise<Row>
  valuesOf: (row: Row) => Values
  /** The fields that are looked at, in words. */
  words: Partial<Record<keyof Values, string>>
}

/** What an edit page is based on, and its way out of a conflict: the newest record becomes the base, and what was typed stays. */
export function useNewest<Row, Values extends object>({ form, record, load, valuesOf, words }: NewestProps<Row, Values>) {
  const [base, setBase] = useState(record)
  const { message, modal } = App.useApp()
  const reload = async (clear: () => void) => {
    try {
      const newest = await load()
      const { take, both } = mergeNewest(words, valuesOf(base), valuesOf(newest), form.getFieldsValue(true) as Values)
      form.setFieldsValue(take as Parameters<typeof form.setFieldsValue>[0])
      setBase(newest)
      clear()
      modal.info({ title: '已载入最新内容', content: mergedWords(both) })
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    }
  }
  const remedy = (problem: RequestError, clear: () => void): ReactNode =>
    problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新内容并保留我填写的</Button>
  return { base, remedy }
}
