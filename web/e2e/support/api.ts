import { request, type APIRequestContext } from '@playwright/test'
import type { TypedDocumentString } from '../../api/src/generated'

/** A person without a browser: the API with cookies of its own. */
export class Api {
  private again?: () => Promise<unknown>
  private since = Date.now()

  private constructor(private readonly http: APIRequestContext, private readonly path: string) {}

  static async open(realm: 'tenant' | 'operator', baseURL: string): Promise<Api> {
    const http = await request.newContext({ baseURL, extraHTTPHeaders: { 'x-zhibu-csrf': '1' } })
    return new Api(http, realm === 'operator' ? '/operator/graphql' : '/graphql')
  }

  /** One request; a refusal throws the server's answer. */
  async ask<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
    await this.refresh()
    const answer = await this.http.post(this.path, { data: { query: document.toString(), variables } })
    const body = (await answer.json()) as { data?: Result; errors?: unknown[] }
    if (body.errors?.length || !body.data) throw new Error(JSON.stringify(body.errors ?? body))
    return body.data
  }

  /** How to sign in again: an access token lives fifteen minutes, and all tests of a worker may take longer. */
  lasting(again: () => Promise<unknown>): void {
    this.again = again
    this.since = Date.now()
  }

  private async refresh(): Promise<void> {
    if (!this.again || Date.now() - this.since < 8 * 60_000) return
    this.since = Date.now()
    await this.again()
  }

  /** The cookies, for a browser that goes on as this person. */
  async storage() {
    await this.refresh()
    return this.http.storageState()
  }

  close() {
    return this.http.dispose()
  }
}
