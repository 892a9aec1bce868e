import type { TypedDocumentString } from '@zhibu/api'
import { createClient, type Client } from 'graphql-ws'
import { useEffect, useRef, useState } from 'react'
import { currentRealm, endpoint, type Realm } from './realm'

const clients = new Map<Realm, Client>()

function client(realm: Realm): Client {
  let found = clients.get(realm)
  if (!found) {
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${endpoint(realm)}`
    found = createClient({ url, lazy: true, retryAttempts: 2 })
    clients.set(realm, found)
  }
  return found
}

/** What `useLive` watches: a subscription, and the question asked every second while it does not run. */
export interface LiveSource<Event, Result, Variables> {
  document: TypedDocumentString<Result, Variables>
  variables: Variables
  pick: (data: Result) => Event
  poll: () => Promise<Event | null>
  done: (event: Event) => boolean
}

/** The newest event of a subscription; falls back to asking every second. Give null to watch nothing. */
export function useLive<Event, Result, Variables extends Record<string, unknown>>(
  key: string | null,
  source: LiveSource<Event, Result, Variables>,
): { event: Event | null; failure: unknown } {
  const [event, setEvent] = useState<Event | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const latest = useRef(source)
  latest.current = source

  useEffect(() => {
    setEvent(null)
    setFailure(null)
    if (key === null) return
    let over = false
    let heard = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const take = (next: Event) => {
      if (over) return
      heard = true
      setEvent(next)
      setFailure(null)
      if (latest.current.done(next)) over = true
    }
    const poll = async () => {
      if (over) return
      try {
        const next = await latest.current.poll()
        if (next !== null) take(next)
      } catch (cause) {
        if (!over) setFailure(cause)
      }
      if (!over) timer = setTimeout(() => void poll(), 1000)
    }
    const startPolling = () => { timer ??= setTimeout(() => void poll(), 300) }
    const { document, variables } = latest.current
    const stop = client(currentRealm()).subscribe<Result>(
      { query: document.toString(), variables },
      {
        next: (message) => (message.data ? take(latest.current.pick(message.data)) : startPolling()),
        error: startPolling,
        complete: () => { if (!over) startPolling() },
      },
    )
    const impatient = setTimeout(() => { if (!over && !heard) startPolling() }, 5000)
    return () => {
      over = true
      clearTimeout(timer)
      clearTimeout(impatient)
      stop()
    }
  }, [key])

  return { event, failure }
}
