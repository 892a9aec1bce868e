import { MeetingPulseDocument, MeetingScreenDocument, type MeetingScreenSubscription } from '@zhibu/api'
import { createClient } from 'graphql-ws'
import { useEffect, useState } from 'react'
import { ask } from '../../net/ask'
import { asRequestError, fromGraphQL, type RequestError } from '../../net/errors'
import { currentRealm, endpoint } from '../../net/realm'

/** What a meeting's screen shows. */
export type Shown = MeetingScreenSubscription['meetingScreen']

/** Without a beat for so long it is cut off. */
const SILENT = 3000
/** After so long without a beat the connection is given up and made anew, which a dead one would never tell by itself. */
const GIVEN_UP = 6000
const AGAIN = 1000
/** How long until a refusal is asked again. */
const LATER = 15_000

/** What could not be helped by trying again. */
const FINAL = ['NOT_FOUND', 'DENIED', 'UNAUTHENTICATED']

type GraphQLErrors = Parameters<typeof fromGraphQL>[0]

/** It will not change any more. */
export const over = ({ state }: Pick<Shown, 'state'>): boolean => state === 'FINISHED' || state === 'CANCELLED'

/** A meeting as it goes on, beat by beat; it connects again by itself for as long as it is watched. Give null to watch nothing. */
export function useScreen(meeting: string | null): { shown: Shown | null; cut: boolean; failure: unknown } {
  const [shown, setShown] = useState<Shown | null>(null)
  const [cut, setCut] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    setShown(null)
    setCut(false)
    setFailure(null)
    if (meeting === null) return
    let ended = false
    let beat = Date.now()
    let stop = () => {}
    let turn = 0
    let retry: ReturnType<typeof setTimeout> | undefined
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${endpoint(currentRealm())}`
    const again = (wait: number) => {
      clearTimeout(retry)
      if (!ended) retry = setTimeout(() => void connect(), wait)
    }
    const soon = () => again(AGAIN)
    const refused = (cause: RequestError) => {
      setFailure(cause)
      stop()
      beat = Infinity
      again(LATER)
    }
    const connect = async () => {
      const own = ++turn
      clearTimeout(retry)
      stop()
      if (!Number.isFinite(beat)) beat = Date.now() - SILENT
      try {
        // A request first: it gets a lost session back, which a socket cannot.
        await ask(MeetingPulseDocument, { id: meeting }, AbortSignal.timeout(5000))
      } catch (cause) {
        if (own !== turn) return
        const error = asRequestError(cause)
        return FINAL.includes(error.code) ? refused(error) : soon()
      }
      if (ended || own !== turn) return
      const client = createClient({ url, lazy: false, retryAttempts: 0, onNonLazyError: soon })
      let left = false
      stop = () => {
        left = true
        client.terminate()
        void client.dispose()
      }
      const lost = () => { if (!left) { stop(); soon() } }
      const failed = (cause: unknown) => {
        const error = Array.isArray(cause) ? fromGraphQL(cause as GraphQLErrors) : asRequestError(cause)
        if (left || !FINAL.includes(error.code)) lost()
        else refused(error)
      }
      beat = Math.max(beat, Date.now() - SILENT)
      client.subscribe<MeetingScreenSubscription>({ query: MeetingScreenDocument.toString(), variables: { id: meeting } }, {
        next: ({ data, errors }) => {
          if (ended || left) return
          if (!data) {
            failed(errors)
            return
          }
          beat = Date.now()
          setShown(data.meetingScreen)
          setCut(false)
          setFailure(null)
          if (over(data.meetingScreen)) {
            ended = true
            stop()
          }
        },
        error: failed,
        complete: lost,
      })
    }
    const watch = setInterval(() => {
      if (ended) return
      const silent = Date.now() - beat
      if (silent > SILENT) setCut(true)
      if (silent > GIVEN_UP) {
        beat = Date.now() - SILENT
        void connect()
      }
    }, 500)
    const offline = () => { if (!ended) setCut(true) }
    addEventListener('offline', offline)
    addEventListener('online', soon)
    void connect()
    return () => {
      ended = true
      clearInterval(watch)
      clearTimeout(retry)
      removeEventListener('offline', offline)
      removeEventListener('online', soon)
      stop()
    }
  }, [meeting])
  return { shown, cut, failure }
}
