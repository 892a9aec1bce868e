import { readFileSync } from 'node:fs'
import type { Page, Request, Route } from '@playwright/test'

const known = JSON.parse(readFileSync(new URL('../../api/persisted.json', import.meta.url), 'utf8')) as Record<string, string>

/** Whether a request asks for this operation, by its text or by the hash of a known one. */
export function asks(request: Request, operation: string): boolean {
  const body = request.method() === 'POST' ? request.postData() ?? '' : ''
  const hash = /[0-9a-f]{64}/.exec(body)?.[0]
  return new RegExp(`(query|mutation) ${operation}\\b`).test((hash && known[hash]) || body)
}

/** Does something that asks the server, and gives the answer to that very request. */
export async function answered(page: Page, operation: string, act: () => Promise<unknown>): Promise<string> {
  // A server that does not know the hash is asked again by text.
  const answer = page.waitForResponse(async (response) => asks(response.request(), operation) && !(await response.text()).includes('UNKNOWN_DOCUMENT'))
  await Promise.all([answer, act()])
  return (await answer).text()
}

/** Answers an operation in the server's place, until the function it gives is called. */
export async function intercept(page: Page, operation: string, handle: (route: Route) => Promise<void>): Promise<() => Promise<void>> {
  const handler = (route: Route, request: Request) => (asks(request, operation) ? handle(route) : route.fallback())
  await page.route('**/graphql', handler)
  return () => page.unroute('**/graphql', handler)
}

/** Stands in for the server's side of a subscription; gives what sends events once the page has subscribed. */
export async function watched(page: Page): Promise<{ subscribed: Promise<(data: object) => void> }> {
  let heard: (tell: (data: object) => void) => void = () => undefined
  const subscribed = new Promise<(data: object) => void>((resolve) => { heard = resolve })
  await page.routeWebSocket('**/graphql', (socket) => {
    socket.onMessage((text) => {
      const { type, id } = JSON.parse(String(text)) as { type: string; id?: string }
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }))
      if (type === 'subscribe') heard((data) => socket.send(JSON.stringify({ id, type: 'next', payload: { data } })))
    })
  })
  return { subscribed }
}
