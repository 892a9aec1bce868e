import { describe, expect, it } from 'vitest'
import { mergeNewest } from '../../kit/merge-newest'
import { FIELD_WORDS, inputOf, type OrganisationValues } from './form-values'

const base: OrganisationValues = {
  fullName: '中共某厂支部委员会', shortName: '某厂支部', type: 'BRANCH', foundedOn: '2001-07-01', unitRelation: 'LEGAL_UNIT',
  units: [{ name: '某厂', uscc: '91350100m000100y43 ', nature: '6', partyPresence: '3' }], divisionCode: '350100', contactName: '李四',
}

describe('organisation form', () => {
  it('PC-3.1.1a sends no units when they are the parent’s and no phone when it was not retyped', () => {
    const input = inputOf({ ...base, unitRelation: 'SAME_AS_PARENT' }, 'p1')
    expect(input.units).toEqual([])
    expect(input.contactPhone).toBeNull()
    expect(inputOf(base, null).units[0]?.uscc).toBe('91350100M000100Y43')
  })

  it('PC-3.1.1a keeps typed text after a conflict and names what both changed', () => {
    const newest = { ...base, contactName: '王五', shortName: '一厂支部' }
    const typed = { ...base, contactName: '赵六' }
    expect(mergeNewest(FIELD_WORDS, base, newest, typed)).toEqual({ take: { shortName: '一厂支部' }, both: ['联系人'] })
  })
})
