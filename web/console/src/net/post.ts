import { errorWords, operationName, question, type TypedDocumentString } from '@zhibu/api'
import { fromGraphQL, RequestError } from './errors'
import { endpoint, type Realm } from './realm'

/** One GraphQL request over HTTP, as it is: no recovery, no retry. */
export async function post<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  realm: Realm,
  signal?: AbortSignal,
): Promise<Result> {
  try {
    return await send(document, variables, realm, import.meta.env.PROD, signal)
  } catch (cause) {
    // A server of another release does not know the hash; it gets the text.
    if (cause instanceof RequestError && cause.code === 'UNKNOWN_DOCUMENT') return send(document, variables, realm, false, signal)
    throw cause
  }
}

async function send<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  realm: Realm,
  byHash: boolean,
  signal?: AbortSignal,
): Promise<Result> {
  let response: Response
  try {
    response = await fetch(endpoint(realm), {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json', 'x-zhibu-csrf': '1' },
      body: JSON.stringify({ ...question(document, byHash), variables, operationName: operationName(document) }),
      signal: signal ?? null,
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new RequestError('NETWORK', errorWords.NETWORK ?? '')
  }
  const answer = (await response.json().catch(() => null)) as { data?: Result; errors?: [] } | null
  if (answer?.errors?.length) throw fromGraphQL(answer.errors)
  if (answer?.data) return answer.data
  if (response.status === 429) {
    const wait = Number(response.headers.get('retry-after'))
    throw new RequestError('TOO_MANY', errorWords.TOO_MANY ?? '', [], wait || undefined)
  }
  throw new RequestError('UNAVAILABLE', errorWords.UNAVAILABLE ?? '')
}
