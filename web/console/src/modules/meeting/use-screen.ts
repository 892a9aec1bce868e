import { MeetingPulseDocument, MeetingScreenDocument, type MeetingScreenSubscription } from '@zhibu/api'
import { createClient } from 'graphql-ws'
import { useEffect, useState } from 'react'
import { ask } from '../../net/ask'
import { asRequestError } from '../../net/errors'
import { currentRealm, endpoint } from '../../net/realm'

/** What a meeting's screen shows. */
export type Shown = MeetingScreenSubscription['meetingScreen']

/** Without a beat for so long it is cut off. */
const SILENT = 3000
/** After so long without a beat the connection is given up and made anew, which a dead one would never tell by itself. */
const GIVEN_UP = 6000
const AGAIN = 1000

/** What could not be helped by trying again. */
const FINAL = ['NOT_FOUND', 'DENIED', 'UNAUTHENTICATED']

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
    let retry: ReturnType<typeof setTimeout> | undefined
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${endpoint(currentRealm())}`
    const again = () => {
      clearTimeout(retry)
      if (!ended) retry = setTimeout(() => void connect(), AGAIN)
    }
    const connect = async () => {
      stop()
      try {
        // A request first: it gets a lost session back, which a socket cannot.
        await ask(MeetingPulseDocument, { id: meeting }, AbortSignal.timeout(5000))
      } catch (cause) {
        if (FINAL.includes(asRequestError(cause).code)) setFailure(cause)
        return again()
      }
      if (ended) return
      const client = createClient({ url, lazy: false, retryAttempts: 0, onNonLazyError: again })
      let left = false
      stop = () => {
        left = true
        client.terminate()
        void client.dispose()
      }
      const lost = () => { if (!left) { stop(); again() } }
      beat = Math.max(beat, Date.now() - SILENT)
      client.subscribe<MeetingScreenSubscription>({ query: MeetingScreenDocument.toString(), variables: { id: meeting } }, {
        next: ({ data, errors }) => {
          if (ended || left) return
          if (!data) {
            setFailure(asRequestError(errors?.[0]))
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
        error: lost,
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
    addEventListener('online', again)
    void connect()
    return () => {
      ended = true
      clearInterval(watch)
      clearTimeout(retry)
      removeEventListener('offline', offline)
      removeEventListener('online', again)
      stop()
    }
  }, [meeting])
  return { shown, cut, failure }
}
