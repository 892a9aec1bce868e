import { describe, expect, it } from 'vitest'
import { FIELDS, changesOf, valuesOf, type Own } from './fields'

const own = { school: '南京大学', major: null, employer: null, landline: '025-****78', homeAddress: null, workPost: '121', educationLevel: '21', ethnicity: '01' } as unknown as Own
const whole = { ...Object.fromEntries(FIELDS.map(({ name }) => [name, null])), ...own } as Own

describe('the own record', () => {
  it('PC-2.1 sends what differs and nothing else', () => {
    expect(changesOf(whole, valuesOf(whole))).toEqual([])
    expect(changesOf(whole, { ...valuesOf(whole), school: ' 东南大学 ', major: ' ' })).toEqual([{ field: 'SCHOOL', value: '东南大学' }])
    expect(changesOf(whole, { ...valuesOf(whole), school: '' })).toEqual([{ field: 'SCHOOL', value: null }])
  })

  it('PC-2.1 never sends a mask back', () => {
    expect(valuesOf(whole)).not.toHaveProperty('landline')
    expect(changesOf(whole, { ...valuesOf(whole), landline: '' })).toEqual([{ field: 'LANDLINE', value: null }])
    expect(changesOf(whole, { ...valuesOf(whole), landline: '025-87654321' })).toEqual([{ field: 'LANDLINE', value: '025-87654321' }])
  })
})
