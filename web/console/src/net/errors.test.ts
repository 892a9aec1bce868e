import { describe, expect, it } from 'vitest'
import { asRequestError, errorSentence, fromGraphQL, namePath, RequestError } from './errors'

describe('error mapping', () => {
  it('PC-3.1.1a maps a nested field of an input fault to a form path', () => {
    expect(namePath('units.0.uscc')).toEqual(['units', 0, 'uscc'])
    const error = fromGraphQL([
      { message: '校验位错误', extensions: { code: 'INVALID', field: 'units.0.uscc' } },
      { message: '简称重复', extensions: { code: 'INVALID', field: 'shortName' } },
    ])
    expect(error.code).toBe('INVALID')
    expect(error.fields).toEqual([
      { path: ['units', 0, 'uscc'], message: '校验位错误' },
      { path: ['shortName'], message: '简称重复' },
    ])
  })

  it('PC-1.1a gives each refusal of an activation code its own words', () => {
    const words = ['CODE_UNKNOWN', 'CODE_USED', 'CODE_EXPIRED', 'CODE_REVOKED']
      .map((code) => fromGraphQL([{ extensions: { code } }]).message)
    expect(new Set(words).size).toBe(4)
  })

  it('PC-1.2b says when to try again', () => {
    expect(errorSentence(fromGraphQL([{ message: '过于频繁', extensions: { code: 'TOO_MANY', retryAfter: 42 } }])))
      .toBe('过于频繁（请 42 秒后再试）')
  })

  it('PC-1.2c hides the inside of a bug but quotes its number', () => {
    const sentence = errorSentence(fromGraphQL([{ message: 'panic at line 3', extensions: { code: 'INTERNAL', id: 'e-17' } }]))
    expect(sentence).not.toContain('panic')
    expect(sentence).toContain('e-17')
  })

  it('PC-3.1.1a shows nobody what a parser says', () => {
    expect(fromGraphQL([{ message: 'Failed to parse "ID"', extensions: { code: 'BAD_INPUT' } }]).message).toMatch(/链接/)
  })

  it('PC-1.2c keeps a request error as it is', () => {
    const error = new RequestError('DENIED', '无权限')
    expect(asRequestError(error)).toBe(error)
    expect(asRequestError(new Error('坏了')).message).toBe('坏了')
  })
})
