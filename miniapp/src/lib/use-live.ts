import { useDidHide, useDidShow } from '@tarojs/taro'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { useEffect, useRef, useState } from 'react'
import { follow } from './live'

/** While the line is broken the page looks by itself, as often as this. */
const LOOK = 3_000

/** Follows while the page is seen: `look` reads anew when what is told is `news`, after a break, and every 3 seconds while the line is broken. */
export function useLive<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables, on: boolean, news: (told: Result) => boolean, look: () => Promise<void>): { broken: boolean } {
  const [seen, setSeen] = useState(true)
  const [broken, setBroken] = useState(false)
  const key = JSON.stringify(variables)
  const latest = useRef({ news, look })
  latest.current = { news, look }
  useDidShow(() => setSeen(true))
  useDidHide(() => setSeen(false))
  const following = on && seen
  useEffect(() => {
    if (!following) return
    let first = true
    const stop = follow(document, JSON.parse(key) as Variables, {
      next: (told) => { if (latest.current.news(told)) void latest.current.look() },
      back: () => {
        setBroken(false)
        if (!first) void latest.current.look()
        first = false
      },
      broken: () => {
        first = false
        setBroken(true)
      },
      over: () => { void latest.current.look() },
    })
    return () => {
      stop()
      setBroken(false)
    }
  }, [document, key, following])
  useEffect(() => {
    if (!following || !broken) return
    const timer = setInterval(() => { void latest.current.look() }, LOOK)
    return () => clearInterval(timer)
  }, [following, broken])
  return { broken }
}
