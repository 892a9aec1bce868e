import { CurrentSessionDocument } from '@zhibu/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { post } from './post'

/** A server that knows no document by its hash. */
function stranger() {
  const bodies: Record<string, unknown>[] = []
  vi.stubGlobal('fetch', (_: string, init: { body: string }) => {
    const body = JSON.parse(init.body) as Record<string, unknown>
    bodies.push(body)
    const answer = body.query ? { data: { system: { session: null } } } : { errors: [{ message: '没有登记过这个查询文档', extensions: { code: 'UNKNOWN_DOCUMENT' } }] }
    return Promise.resolve(new Response(JSON.stringify(answer)))
  })
  return bodies
}

describe('requests', () => {
  afterEach(() => { vi.unstubAllGlobals(); vi.unstubAllEnvs() })

  it('asks by hash, and by text when the server is of another release', async () => {
    vi.stubEnv('PROD', true)
    const bodies = stranger()
    await post(CurrentSessionDocument, {}, 'tenant')
    expect(bodies).toHaveLength(2)
    expect(bodies[0]).toEqual({ documentId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string, variables: {}, operationName: 'CurrentSession' })
    expect(bodies[1]).toMatchObject({ query: CurrentSessionDocument.toString(), operationName: 'CurrentSession' })
  })

  it('asks by text while the console is being worked on', async () => {
    const bodies = stranger()
    await post(CurrentSessionDocument, {}, 'tenant')
    expect(bodies).toHaveLength(1)
  })
})
