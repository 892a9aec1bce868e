import Taro from '@tarojs/taro'
import { fromGraphQL, RequestError } from '@zhibu/api/errors'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { operationName, question } from '@zhibu/api/question'
import { errorWords } from '@zhibu/api/words'
import { isWeb } from '@/platform'
import { online } from './network'
import { tokens } from './tokens'

/** One GraphQL request as it is: no recovery, no retry. */
export async function post<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  try {
    return await send(document, variables, true)
  } catch (cause) {
    // A server of another release does not know the hash; it gets the text.
    if (cause instanceof RequestError && cause.code === 'UNKNOWN_DOCUMENT') return send(document, variables, false)
    throw cause
  }
}

interface Reply { statusCode?: number; status?: number; header?: Record<string, string>; data?: unknown }

async function send<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables, byHash: boolean): Promise<Result> {
  const access = tokens.access()
  const header: Record<string, string> = {
    'content-type': 'application/json', accept: 'application/graphql-response+json, application/json',
    ...(isWeb ? { 'x-zhibu-csrf': '1' } : access ? { authorization: `Bearer ${access}` } : {}),
  }
  const data = JSON.stringify({ ...question(document, byHash), variables, operationName: operationName(document) })
  // Shorter than the server's patience with a refresh token that is used again (20 s).
  const reply = await Taro.request<unknown>({ url: `${ZHIBU_SERVER}/graphql`, method: 'POST', header, data, timeout: 15_000, ...(isWeb ? { credentials: 'same-origin' } : {}) })
    .catch((cause: Reply) => cause as Reply)
  return read<Result>(reply)
}

/** The data of an answer, or its refusal; Alipay calls an answer with a status of its own a failure. */
function read<Result>(reply: Reply): Result {
  const answer = (typeof reply.data === 'string' ? parsed(reply.data) : reply.data) as { data?: Result; errors?: [] } | null | undefined
  if (answer?.errors?.length) throw fromGraphQL(answer.errors)
  if (answer?.data) return answer.data
  const status = reply.statusCode ?? reply.status
  if (!status) throw new RequestError('NETWORK', online.get() ? '网络不通或信号不好，请稍后重试' : '手机没有联网，请检查网络后重试')
  if (status === 429) throw new RequestError('TOO_MANY', errorWords.TOO_MANY ?? '', [], Number(reply.header?.['retry-after']) || undefined)
  throw new RequestError('UNAVAILABLE', errorWords.UNAVAILABLE ?? '')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
