import { ClearPictureDocument, RequestPictureDocument, UsePictureDocument, type PictureSlot } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { putFile } from '../../../kit/exchange/put-file'
import { useAction } from '../../../kit/use-action'
import { ask } from '../../../net/ask'
import { RequestError, asRequestError, errorSentence } from '../../../net/errors'
import { pictureFault } from './picture-file'

/** The queries that show pictures. */
export const PICTURES = 'pictures'

/** What is on its way, or why it did not get there; at 100 the server looks it through. */
export type Sending = { percent: number; fault?: undefined } | { fault: string }

const unsent = (cause: unknown) => (['NETWORK', 'IMPORT_FILE'].includes(asRequestError(cause).code)
  ? new RequestError('PICTURE_FILE', '图片没有上传成功，请检查网络后重新选择') : cause)

/** Uploads a picture for a slot and shows it there; or goes back to the default. */
export function usePicture(slot: PictureSlot, title: string) {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [sending, setSending] = useState<Sending | null>(null)
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  async function send(file: File): Promise<void> {
    const fault = pictureFault(file)
    if (fault) return setSending({ fault })
    const control = new AbortController()
    running.current = control
    setSending({ percent: 0 })
    try {
      const { id, url, contentType } = (await ask(RequestPictureDocument, { input: { slot, fileName: file.name, size: file.size } }, control.signal)).system.requestPicture
      await putFile(url, file, contentType, (percent) => setSending({ percent }), control.signal).catch((cause: unknown) => { throw unsent(cause) })
      setSending({ percent: 100 })
      await ask(UsePictureDocument, { slot, id }, control.signal)
      await queries.invalidateQueries({ queryKey: [PICTURES] })
      setSending(null)
      void message.success(`${title}已更换`)
    } catch (cause) {
      setSending(control.signal.aborted ? null : { fault: errorSentence(cause) })
    }
  }
  const clear = useAction(() => ask(ClearPictureDocument, { slot }), { success: `${title}已恢复默认`, refresh: [PICTURES], done: () => setSending(null) })
  return { sending, send: (file: File) => void send(file), cancel: () => running.current?.abort(), clear }
}
