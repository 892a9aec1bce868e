import { useDidHide, useDidShow } from '@tarojs/taro'
import { asRequestError } from '@zhibu/api/errors'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { useCallback, useEffect, useRef, useState } from 'react'
import { follow, hasLines } from './live'
import type { Answer } from './use-query'

/** While nothing is told the page looks by itself, as often as this. */
const LOOK = 3_000
/** What changes many times a second is not read as often. */
const REST = 1_000

interface Live<Result> {
  /** Whether there is anything to follow now. */
  on: boolean
  /** The page's question. */
  query: Pick<Answer<unknown>, 'failure' | 'reload'>
  /** Whether what is told is not yet on the page. */
  news: (told: Result) => boolean
  /** How to read anew, unless by the page's question. */
  look?: () => Promise<void>
}

/**
 * Follows while the page is seen: reads anew when what is told is news, after a break, and every 3 seconds while the line is
 * broken or where there are no lines. `broken`: the page may be old; without lines, because the server is not reached.
 */
export function useLive<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables, { on, query, news, look = query.reload }: Live<Result>): { broken: boolean } {
  const [seen, setSeen] = useState(true)
  const [cut, setCut] = useState(false)
  const key = JSON.stringify(variables)
  const latest = useRef({ news, look })
  latest.current = { news, look }
  const turn = useRef({ busy: false, again: false }).current
  /** One look at a time; what comes meanwhile is looked for once more. */
  const lookAnew = useCallback(async () => {
    turn.again = turn.busy
    if (turn.busy) return
    turn.busy = true
    do {
      turn.again = false
      await latest.current.look().catch(() => undefined)
      await new Promise((go) => setTimeout(go, REST))
    } while (turn.again)
    turn.busy = false
  }, [turn])
  useDidShow(() => setSeen(true))
  useDidHide(() => setSeen(false))
  const following = on && seen
  useEffect(() => {
    if (!following || !hasLines) return
    let first = true
    const stop = follow(document, JSON.parse(key) as Variables, {
      next: (told) => { if (latest.current.news(told)) void lookAnew() },
      back: () => {
        setCut(false)
        if (!first) void lookAnew()
        first = false
      },
      broken: () => {
        first = false
        setCut(true)
      },
      over: () => { void lookAnew() },
    })
    return () => {
      stop()
      setCut(false)
    }
  }, [document, key, following, lookAnew])
  const alone = following && (cut || !hasLines)
  useEffect(() => {
    if (!alone) return
    const timer = setInterval(() => { void lookAnew() }, LOOK)
    return () => clearInterval(timer)
  }, [alone, lookAnew])
  return { broken: alone && (hasLines || unreached(query.failure)) }
}

const unreached = (failure: unknown): boolean => failure !== null && ['NETWORK', 'UNAVAILABLE'].includes(asRequestError(failure).code)
