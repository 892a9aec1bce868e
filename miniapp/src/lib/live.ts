import Taro from '@tarojs/taro'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { operationName, question } from '@zhibu/api/question'
import { isWeb } from '@/platform'
import { online } from './network'
import { tokens } from './tokens'

/** What a follower hears. */
export interface Ear<Result> {
  next: (data: Result) => void
  /** The line stands again after a break, or for the first time: what is on the page may be old. */
  back: () => void
  /** The line is broken: a reason to look oneself, now and then. */
  broken: () => void
  /** There is nothing more to follow. */
  over: () => void
}

type Refusals = { extensions?: { code?: string } }[]
interface Message { type?: string; payload?: { data?: unknown; errors?: unknown[] } | { extensions?: { code?: string } }[] }

/** How long nothing may be heard before it is asked for, and before the line counts as dead; how long dialling may last, and between two tries. */
const BEAT = 8_000
const PATIENCE = 4_000
const DIAL = 10_000
const WAITS = [1_000, 2_000, 4_000, 8_000, 15_000]

/** Whether there are lines at all: DingTalk's sockets know no protocols, which the server must see. */
export const hasLines = process.env.TARO_ENV !== 'dd'

/** Where the sockets are. */
function address(): string {
  const server = ZHIBU_SERVER || `${window.location.protocol}//${window.location.host}`
  return `${server.replace(/^http/, 'ws')}/graphql`
}

/** Follows a subscription (graphql-transport-ws) until it is stopped: a broken line is mended, again and again. */
export function follow<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables, ear: Ear<Result>): () => void {
  let stopped = false
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let hangUp = () => {}
  const dial = () => {
    if (stopped) return
    hangUp = line(document, variables, {
      ...ear,
      back: () => {
        tries = 0
        ear.back()
      },
      over: () => {
        stopped = true
        ear.over()
      },
      broken: () => {
        if (stopped) return
        ear.broken()
        // Not all phones of a hall at the same moment.
        const wait = (WAITS[Math.min(tries, WAITS.length - 1)] ?? 15_000) * (0.7 + Math.random() * 0.6)
        tries += 1
        timer = setTimeout(dial, wait)
      },
    })
  }
  const forget = online.listen(() => {
    if (!online.get() || stopped) return
    clearTimeout(timer)
    hangUp()
    dial()
  })
  dial()
  return () => {
    stopped = true
    clearTimeout(timer)
    forget()
    hangUp()
  }
}

/** One line, from its dialling to its end; says once that it is broken or over. */
function line<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables, ear: Ear<Result>): () => void {
  let task: Taro.SocketTask | null = null
  let ended = false
  let byHash = true
  let beat: ReturnType<typeof setTimeout> | undefined
  const end = (tell?: () => void) => {
    if (ended) return
    ended = true
    clearTimeout(beat)
    try {
      task?.close({})
    } catch {
      // It is closed already.
    }
    tell?.()
  }
  const send = (message: object) => { void Promise.resolve(task?.send({ data: JSON.stringify(message) })).catch(() => end(ear.broken)) }
  const expect = () => {
    clearTimeout(beat)
    beat = setTimeout(() => {
      send({ type: 'ping' })
      beat = setTimeout(() => end(ear.broken), PATIENCE)
    }, BEAT)
  }
  const ask = () => send({ id: byHash ? '1' : '2', type: 'subscribe', payload: { ...question(document, byHash), variables, operationName: operationName(document) } })
  /** What will not come back is over; everything else is tried again. */
  const refused = (refusals?: Refusals) => {
    const code = refusals?.[0]?.extensions?.code
    end(code === 'NOT_FOUND' || code === 'DENIED' ? ear.over : ear.broken)
  }
  const hear = ({ data }: { data: unknown }) => {
    if (ended) return
    expect()
    const message = parsed(data)
    if (message.type === 'connection_ack') {
      ask()
      ear.back()
    } else if (message.type === 'next') {
      const answer = message.payload as { data?: Result | null; errors?: Refusals } | undefined
      if (answer?.data) ear.next(answer.data)
      else refused(answer?.errors)
    } else if (message.type === 'ping') send({ type: 'pong' })
    else if (message.type === 'complete') end(ear.over)
    else if (message.type === 'error') {
      const refusals = message.payload as Refusals | undefined
      if (refusals?.[0]?.extensions?.code === 'UNKNOWN_DOCUMENT' && byHash) {
        byHash = false
        ask()
      } else refused(refusals)
    }
  }
  const open = () => {
    const access = tokens.access()
    // A socket of a mini-program has no headers of its own.
    send({ type: 'connection_init', ...(isWeb || !access ? {} : { payload: { authorization: `Bearer ${access}` } }) })
  }
  beat = setTimeout(() => end(ear.broken), DIAL)
  Promise.resolve()
    .then(() => Taro.connectSocket({ url: address(), protocols: ['graphql-transport-ws'] }))
    .then((made) => {
      task = made
      if (ended) return task.close({})
      task.onOpen(open)
      task.onMessage(hear)
      task.onError(() => end(ear.broken))
      task.onClose(() => end(ear.broken))
      // It may have opened before anybody listened.
      if (task.readyState === 1) open()
    })
    .catch(() => end(ear.broken))
  return () => end()
}

function parsed(data: unknown): Message {
  try {
    return JSON.parse(String(data)) as Message
  } catch {
    return {}
  }
}
