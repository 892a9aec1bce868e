import { describe, expect, it } from 'vitest'
import { readListState, writeListState } from './list-url'

describe('list state in the address', () => {
  it('PC-2.3a survives a reload and keeps the chosen organisation', () => {
    const state = { page: 3, size: 50, sort: 'USER_NAME', filter: { search: '张', state: 'LOCKED' } }
    const params = writeListState(new URLSearchParams('org=o1'), ['search', 'state'], state)
    expect(params.get('org')).toBe('o1')
    expect(readListState(params, ['search', 'state'])).toEqual(state)
  })

  it('PC-2.3a ignores nonsense', () => {
    expect(readListState(new URLSearchParams('page=-2&size=7&other=x'), ['search'])).toEqual({ page: 1, size: 20, filter: {} })
  })
})
