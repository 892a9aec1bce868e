import type { TypedDocumentString } from './generated'

/** What is asked: the hash that the server knows the document by, or its text. */
export function question<Result, Variables>(document: TypedDocumentString<Result, Variables>, byHash: boolean): object {
  const hash = document.__meta__?.hash as string | undefined
  return byHash && hash ? { documentId: `sha256:${hash}` } : { query: document.toString() }
}

/** The name of the operation. */
export const operationName = <Result, Variables>(document: TypedDocumentString<Result, Variables>): string | undefined =>
  /(?:query|mutation|subscription)\s+(\w+)/.exec(document.toString())?.[1]
