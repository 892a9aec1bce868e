import { afterEach, describe, expect, it, vi } from 'vitest'
import { putFile } from './put-file'

class Request {
  static last: Request
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
  headers: Record<string, string> = {}
  status = 0
  onload = () => {}
  onerror = () => {}
  onabort = () => {}
  constructor() { Request.last = this }
  open(...line: string[]) { this.headers[':line'] = line.join(' ') }
  setRequestHeader(name: string, value: string) { this.headers[name] = value }
  send() {}
  abort() { this.onabort() }
}

function put() {
  vi.stubGlobal('XMLHttpRequest', Request)
  const told: number[] = []
  const control = new AbortController()
  return { told, control, done: putFile('/media/x', new Blob(['abc']), 'a/b', (percent) => told.push(percent), control.signal) }
}

describe('uploads', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('PC-3.2.1b go to the signed link with the type of the ticket, and tell how far they are', async () => {
    const { told, done } = put()
    Request.last.upload.onprogress?.({ loaded: 1, total: 3 })
    Request.last.status = 200
    Request.last.onload()
    await done
    expect(Request.last.headers).toEqual({ ':line': 'PUT /media/x', 'content-type': 'a/b' })
    expect(told).toEqual([33])
  })

  it('PC-3.2.1b say in words when the file did not get there', async () => {
    const refused = put()
    Request.last.status = 403
    Request.last.onload()
    await expect(refused.done).rejects.toMatchObject({ code: 'IMPORT_FILE' })
    const lost = put()
    Request.last.onerror()
    await expect(lost.done).rejects.toMatchObject({ code: 'NETWORK', message: expect.stringContaining('保存并关闭') as string })
  })

  it('PC-3.2.1b stop when they are cancelled', async () => {
    const { control, done } = put()
    control.abort()
    await expect(done).rejects.toMatchObject({ name: 'AbortError' })
  })
})
