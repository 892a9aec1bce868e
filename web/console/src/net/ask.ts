import type { TypedDocumentString } from '@zhibu/api'
import { RequestError } from './errors'
import { post } from './post'
import { currentRealm } from './realm'
import { isSignedIn, recover } from './recovery'

/** One GraphQL request of the current console; a lost session is got back and the request sent again. */
export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const realm = currentRealm()
  try {
    return await post(document, variables, realm, signal)
  } catch (cause) {
    const lost = cause instanceof RequestError && cause.code === 'UNAUTHENTICATED' && isSignedIn()
    if (!lost) throw cause
    await recover(realm)
    return post(document, variables, realm, signal)
  }
}
