import { describe, expect, it } from 'vitest'
import { rangeOf } from '../../kit/days-range'
import { filterOf } from './search'

const entries = ['20', '21', '28', '30', '31'].map((code) => ({ kind: 'education_level', code, label: code }))

describe('search of the members', () => {
  it('PC-3.2.1a asks for what the address holds, headings of education as their levels', () => {
    const filter = { search: 'zxm', type: 'FORMAL', ethnicity: '01,22', education: '20', born: '1960-01-01~', joined: '~2012-12-31', floating: 'yes', lost: 'no' }
    expect(filterOf(filter, 'o1', entries)).toMatchObject({
      search: 'zxm', under: 'o1', memberType: 'FORMAL', status: null, ethnicities: ['01', '22'], educationLevels: ['21', '28'], workPosts: null,
      bornFrom: '1960-01-01', bornTo: null, joinedFrom: null, joinedTo: '2012-12-31', floating: true, lost: false,
    })
  })

  it('PC-3.2.1a ignores nonsense in the address', () => {
    expect(filterOf({ type: 'OTHER', born: 'x~y', floating: 'maybe' }, null, entries)).toMatchObject({ memberType: null, bornFrom: null, bornTo: null, floating: null })
    expect(rangeOf(undefined)).toEqual({ from: null, to: null })
  })
})
