import { describe, expect, it } from 'vitest'
import { isPrivate, readListState, withhold, writeListState } from './list-url'

describe('list state in the address', () => {
  it('PC-2.3a survives a reload and keeps the chosen organisation', () => {
    const state = { page: 3, size: 50, sort: 'USER_NAME', filter: { search: '张', state: 'LOCKED' } }
    const params = writeListState(new URLSearchParams('org=o1'), ['search', 'state'], state)
    expect(params.get('org')).toBe('o1')
    expect(readListState(params, ['search', 'state'])).toEqual(state)
  })

  it('PC-3.2.1a keeps numbers of people out of the address, also mistyped ones', () => {
    for (const text of [
      '350102198001011234', '35010219800101123x', '350102800101123', '3501021980010112', '13905918811', '139 0591 8811', '139-0591-8811', '+86 13905918811',
      '１３９０５９１８８１１', '张三 13905918811', 'ABCD-EF12-3456-7XYZ', 'abcdef1234567xyz',
    ]) expect(isPrivate(text), text).toBe(true)
    for (const text of ['林晓燕', 'linxiaoyan', '8811', '1390591', '订单 2026-0118', '001.003.002', 'internationalism', '']) expect(isPrivate(text), text).toBe(false)
  })

  it('PC-3.2.1a withholds free text only: a choice of days or an id is no number of a person', () => {
    const filter = { search: '13905918811', type: 'FORMAL', born: '1960-01-01~1970-12-31', node: '01234567-8901-7234-8567-890123456789' }
    expect(withhold(filter, ['search'])).toEqual({ open: { type: filter.type, born: filter.born, node: filter.node }, kept: { search: '13905918811' } })
    expect(withhold({ search: '林晓燕' }, ['search'])).toEqual({ open: { search: '林晓燕' }, kept: {} })
  })

  it('PC-2.3a ignores nonsense', () => {
    expect(readListState(new URLSearchParams('page=-2&size=7&other=x'), ['search'])).toEqual({ page: 1, size: 20, filter: {} })
  })
})
