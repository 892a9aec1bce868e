import { RequestError } from '@zhibu/api/errors'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { post } from './post'
import { recover } from './recovery'

/** One request; a lost session is got back without a word and the request sent again. */
export async function ask<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  try {
    return await post(document, variables)
  } catch (cause) {
    if (!(cause instanceof RequestError) || cause.code !== 'UNAUTHENTICATED') throw cause
    await recover(cause)
    return post(document, variables)
  }
}
