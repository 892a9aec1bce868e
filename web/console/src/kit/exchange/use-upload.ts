import { CheckImportDocument, RequestImportDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import { putFile } from './put-file'
import { fileFault } from './workbook'

/** What is on its way to the server, or why it did not get there. */
export type Sending = { name: string; percent: number; fault?: undefined } | { name: string; fault: string }

/** Uploads a workbook and has it looked through; it goes on while its drawer is closed. */
export function useUpload(template: string, arrived: (id: string) => void) {
  const queries = useQueryClient()
  const [sending, setSending] = useState<Sending | null>(null)
  const running = useRef<AbortController>(undefined)
  const busy = sending !== null && sending.fault === undefined
  useEffect(() => {
    if (!busy) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [busy])

  async function send(file: File): Promise<void> {
    const { name, size } = file
    const fault = fileFault(file)
    if (fault) return setSending({ name, fault })
    const control = new AbortController()
    running.current = control
    setSending({ name, percent: 0 })
    try {
      const { id, url, contentType } = (await ask(RequestImportDocument, { input: { template, fileName: name, size } }, control.signal)).system.requestImport
      await putFile(url, file, contentType, (percent) => setSending({ name, percent }), control.signal)
      const started = (await ask(CheckImportDocument, { id }, control.signal)).system.checkImport
      queries.setQueryData(['imports', 'one', id], started)
      void queries.invalidateQueries({ queryKey: ['imports', 'list'] })
      setSending(null)
      arrived(id)
    } catch (cause) {
      setSending(control.signal.aborted ? null : { name, fault: errorSentence(cause) })
    }
  }
  return { sending, send: (file: File) => void send(file), cancel: () => running.current?.abort(), forget: () => { if (!busy) setSending(null) } }
}
