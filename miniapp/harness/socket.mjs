// A socket as phones have it, on Node alone: text only, and whatever headers are wanted.
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'

/** Opens a socket; hears `open`, `message`, `close`. */
export function dial(url, { protocols = [], headers = {}, open, message, close }) {
  let pipe = null
  let ended = false
  const end = () => {
    if (ended) return
    ended = true
    pipe?.destroy()
    close?.()
  }
  const asked = request(url.replace(/^ws/, 'http'), {
    headers: { ...headers, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64'), ...(protocols.length ? { 'sec-websocket-protocol': protocols.join(', ') } : {}) },
  })
  asked.on('error', end)
  asked.on('response', end)
  asked.on('upgrade', (_reply, socket, head) => {
    pipe = socket
    let rest = Buffer.alloc(0)
    const read = (part) => {
      rest = Buffer.concat([rest, part])
      for (let frame = parsed(rest); frame; frame = parsed(rest)) {
        rest = rest.subarray(frame.length)
        if (frame.kind === 1) message?.(frame.body.toString())
        else if (frame.kind === 9) socket.write(framed(10, frame.body))
        else if (frame.kind === 8) end()
      }
    }
    socket.on('data', read)
    socket.on('close', end)
    socket.on('error', end)
    open?.()
    read(head)
  })
  asked.end()
  return { send: (text) => { if (!ended) pipe?.write(framed(1, Buffer.from(text))) }, close: end }
}

/** The first frame of what has come; none while it is not whole. */
function parsed(bytes) {
  if (bytes.length < 2) return null
  const short = bytes[1] & 127
  const at = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < at) return null
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  return bytes.length < at + size ? null : { kind: bytes[0] & 15, body: bytes.subarray(at, at + size), length: at + size }
}

/** A frame of a client, which is masked. */
function framed(kind, body) {
  const head = body.length < 126 ? Buffer.from([128 | kind, 128 | body.length]) : Buffer.from([128 | kind, 128 | 126, body.length >> 8, body.length & 255])
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, body.map((byte, at) => byte ^ mask[at % 4])])
}
