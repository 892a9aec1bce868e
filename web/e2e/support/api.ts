import { request, type APIRequestContext } from '@playwright/test'
import type { TypedDocumentString } from '../../api/src/generated'

/** A person without a browser: the API with cookies of its own. */
export class Api {
  /** Signs in again: an access token lives fifteen minutes, and all tests of a worker may take longer. */
  again?: () => Promise<unknown>

  private constructor(private readonly http: APIRequestContext, private readonly path: string) {}

  static async open(realm: 'tenant' | 'operator', baseURL: string): Promise<Api> {
    const http = await request.newContext({ baseURL, extraHTTPHeaders: { 'x-zhibu-csrf': '1' } })
    return new Api(http, realm === 'operator' ? '/operator/graphql' : '/graphql')
  }

  /** One request; a refusal throws the server's answer. */
  async ask<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
    const post = async () => {
      const answer = await this.http.post(this.path, { data: { query: document.toString(), variables } })
      return (await answer.json()) as { data?: Result; errors?: { extensions?: { code?: string } }[] }
    }
    let body = await post()
    const { again } = this
    if (again && body.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED') {
      this.again = undefined
      await again()
      this.again = again
      body = await post()
    }
    if (body.errors?.length || !body.data) throw new Error(JSON.stringify(body.errors ?? body))
    return body.data
  }

  /** The cookies, for a browser that goes on as this person. */
  storage() {
    return this.http.storageState()
  }

  close() {
    return this.http.dispose()
  }
}
