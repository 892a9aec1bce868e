import {
  KeepMeetingFileDocument, MeetingFilePartsDocument, RemoveMeetingFileDocument, RequestMeetingFileDocument, type MeetingFileKind, type MeetingFullFragment,
} from '@zhibu/api'
import { useSyncExternalStore } from 'react'
import { putFile } from '../../kit/exchange/put-file'
import { ask } from '../../net/ask'
import { asRequestError, errorSentence, RequestError } from '../../net/errors'

/** One file on its way; it goes on while other pages of the console are looked at. */
export interface Sending {
  key: string
  meeting: string
  kind: MeetingFileKind
  file: File
  percent: number
  state: 'sending' | 'waiting' | 'checking' | 'broken'
  fault?: string
}

/** A video whose upload stopped with the page: choosing the same file again goes on with it. */
export interface Unfinished { key: string; id: string; part: number; name: string; size: number; at: number }

/** The server forgets an unfinished upload after a day. */
const LIFETIME = 24 * 3600 * 1000
const PREFIX = 'zhibu.upload.'
const PAUSES = [1, 2, 4, 8, 15, 30]

const keyOf = (meeting: string, { name, size }: { name: string; size: number }): string => `${PREFIX}${meeting}.${size}.${name}`

/** Uploads of a meeting that this browser did not finish. */
export function unfinished(meeting: string, store: Storage = localStorage): Unfinished[] {
  const found: Unfinished[] = []
  for (const key of Object.keys(store)) {
    if (!key.startsWith(`${PREFIX}${meeting}.`)) continue
    try {
      const one = JSON.parse(store.getItem(key) ?? '') as Omit<Unfinished, 'key'>
      if (Date.now() - one.at < LIFETIME) found.push({ ...one, key })
      else store.removeItem(key)
    } catch {
      store.removeItem(key)
    }
  }
  return found
}

let sendings: Sending[] = []
const controls = new Map<string, AbortController>()
const listeners = new Set<() => void>()

function tell(next: Sending[]): void {
  sendings = next
  for (const listener of listeners) listener()
}
const change = (key: string, part: Partial<Sending>) => tell(sendings.map((one) => (one.key === key ? { ...one, ...part } : one)))
const drop = (key: string) => tell(sendings.filter((one) => one.key !== key))

addEventListener('beforeunload', (event) => {
  if (sendings.some(({ state }) => state !== 'broken')) event.preventDefault()
})

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}

/** The files of a meeting on their way. */
export const useSendings = (meeting: string): Sending[] => useSyncExternalStore(subscribe, () => sendings).filter((one) => one.meeting === meeting)

/** Waits, but not longer than until the network is back. */
const pause = (seconds: number, signal: AbortSignal) => new Promise<void>((resolve) => {
  const end = () => {
    clearTimeout(timer)
    removeEventListener('online', end)
    signal.removeEventListener('abort', end)
    resolve()
  }
  const timer = setTimeout(end, seconds * 1000)
  addEventListener('online', end)
  signal.addEventListener('abort', end)
})

/** What a further try may help. */
const passes = (cause: unknown) => ['NETWORK', 'UNAVAILABLE', 'INTERNAL', 'TOO_MANY', 'IMPORT_FILE'].includes(asRequestError(cause).code)

/** The upload to go on with: the one that stopped, or a new one. */
async function opened(meeting: string, kind: MeetingFileKind, file: File, key: string): Promise<{ id: string; part: number }> {
  const known = unfinished(meeting).find((one) => one.key === key)
  if (known) {
    try {
      await ask(MeetingFilePartsDocument, { id: known.id })
      return known
    } catch (cause) {
      if (passes(cause)) throw cause
      localStorage.removeItem(key)
    }
  }
  const { id, part } = (await ask(RequestMeetingFileDocument, { meeting, input: { kind, fileName: file.name, size: file.size } })).meeting.requestFile
  const upload = { id, part: part ?? file.size }
  localStorage.setItem(key, JSON.stringify({ ...upload, name: file.name, size: file.size, at: Date.now() }))
  return upload
}

async function sendParts(meeting: string, kind: MeetingFileKind, file: File, key: string, signal: AbortSignal): Promise<string> {
  let upload: { id: string; part: number } | null = null
  let before = -1
  for (let tried = 0; ;) {
    try {
      upload ??= await opened(meeting, kind, file, key)
      const { id, part: length } = upload
      const { there, missing } = (await ask(MeetingFilePartsDocument, { id }, signal)).meeting.fileParts
      if (missing.length === 0) return id
      // What was sent must have come: else another round would change nothing.
      if (there <= before) throw new RequestError('MEETING_FILE', '文件没有上传完整，请取消后重新上传')
      let done = there
      for (const part of missing) {
        const [start, at] = [(part.number - 1) * length, done]
        change(key, { state: 'sending', percent: Math.floor((at * 100) / file.size) })
        const tellPart = (percent: number) => change(key, { percent: Math.floor((at * 100 + part.size * percent) / file.size) })
        await putFile(part.url, file.slice(start, start + part.size), 'application/octet-stream', tellPart, signal)
        done += part.size
        tried = 0
      }
      before = there
    } catch (cause) {
      const wait = PAUSES[tried]
      if (signal.aborted || wait === undefined || !passes(cause)) throw cause
      tried += 1
      change(key, { state: 'waiting' })
      await pause(wait, signal)
    }
  }
}

/** Sends a file; one that cannot be sent stays in the list with the reason. */
export async function send(meeting: string, kind: MeetingFileKind, file: File, done: (next: MeetingFullFragment) => void): Promise<void> {
  const key = keyOf(meeting, file)
  if (sendings.some((one) => one.key === key && one.state !== 'broken')) return
  const control = new AbortController()
  controls.set(key, control)
  tell([...sendings.filter((one) => one.key !== key), { key, meeting, kind, file, percent: 0, state: 'sending' }])
  try {
    let id: string
    if (kind === 'VIDEO') id = await sendParts(meeting, kind, file, key, control.signal)
    else {
      const ticket = (await ask(RequestMeetingFileDocument, { meeting, input: { kind, fileName: file.name, size: file.size } }, control.signal)).meeting.requestFile
      id = ticket.id
      await putFile(ticket.url ?? '', file, ticket.contentType, (percent) => change(key, { percent }), control.signal)
    }
    change(key, { percent: 100, state: 'checking' })
    const next = (await ask(KeepMeetingFileDocument, { id })).meeting.keepFile
    localStorage.removeItem(key)
    drop(key)
    done(next)
  } catch (cause) {
    if (!passes(cause) && !control.signal.aborted) localStorage.removeItem(key)
    if (control.signal.aborted) drop(key)
    else change(key, { state: 'broken', fault: asRequestError(cause).code === 'NETWORK' ? '网络中断，已上传的部分保留，网络恢复后可继续' : errorSentence(cause) })
  } finally {
    controls.delete(key)
  }
}

/** Gives an upload up. */
export async function giveUp({ key, id }: { key: string; id?: string }): Promise<void> {
  controls.get(key)?.abort()
  drop(key)
  let known = id
  try { known ??= (JSON.parse(localStorage.getItem(key) ?? 'null') as { id: string } | null)?.id } catch { /* nothing is known of it */ }
  localStorage.removeItem(key)
  // The server would remove it after a day by itself.
  if (known) await ask(RemoveMeetingFileDocument, { id: known }).catch(() => undefined)
}
