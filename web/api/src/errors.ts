import { errorWords } from './words'

/** A fault of one input field, in the server's words. */
export interface FieldFault { path: (string | number)[]; message: string }

interface RawError {
  message?: string
  extensions?: { code?: string; field?: string; retryAfter?: number; id?: string }
}

/** A refused or failed request: a stable code, words for people, and the fields at fault. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly fields: FieldFault[] = [],
    readonly retryAfter?: number,
    readonly traceId?: string,
  ) {
    super(message)
  }
}

/** `units.0.uscc` as an antd name path: `['units', 0, 'uscc']`. */
export function namePath(field: string): (string | number)[] {
  return field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** The server's words when they are for people: those are Chinese; what a parser says is not. */
const forPeople = (message: string | undefined) => (message && /[\u4e00-\u9fff]/.test(message) ? message : undefined)

/** The errors of one GraphQL answer as one error; the first decides the code. */
export function fromGraphQL(errors: RawError[]): RequestError {
  const fields: FieldFault[] = []
  for (const error of errors) {
    const field = error.extensions?.field
    const words = forPeople(error.message) ?? errorWords[error.extensions?.code ?? ''] ?? '填写有误'
    if (field) fields.push({ path: namePath(field), message: words })
  }
  const first = errors[0] ?? {}
  const code = first.extensions?.code ?? 'INTERNAL'
  const words = code === 'INTERNAL' ? errorWords.INTERNAL : forPeople(first.message) ?? errorWords[code]
  return new RequestError(code, words ?? '请求失败', fields, first.extensions?.retryAfter, first.extensions?.id)
}

/** Whatever was thrown, as a request error. */
export function asRequestError(thrown: unknown): RequestError {
  if (thrown instanceof RequestError) return thrown
  return new RequestError('INTERNAL', thrown instanceof Error && thrown.message ? thrown.message : '系统出错，请稍后再试')
}

/** One sentence for a notice: the words, when to try again, and the number to quote to support. */
export function errorSentence(thrown: unknown): string {
  const error = asRequestError(thrown)
  const wait = error.retryAfter ? `（请 ${error.retryAfter} 秒后再试）` : ''
  const trace = error.traceId ? `（错误编号 ${error.traceId}）` : ''
  return `${error.message}${wait}${trace}`
}
