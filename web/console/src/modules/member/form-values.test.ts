import { describe, expect, it } from 'vitest'
import { inputOf, type MemberValues } from './form-values'

const base: MemberValues = {
  name: ' 李四 ', sex: '1', birthDate: '1985-01-01', ethnicity: '01', educationLevel: '21', workPost: '101', branch: 'b1',
  memberType: 'FORMAL', joinDate: '2006-07-01', conversionDate: '2007-07-01',
}

describe('member form', () => {
  it('PC-3.2.1a sensitive fields that were not opened are left out, an emptied one is taken away', () => {
    expect(inputOf(base)).toMatchObject({ name: '李四', idNumber: null, mobile: null, landline: null, homeAddress: null })
    expect(inputOf({ ...base, landline: '', homeAddress: ' ' })).toMatchObject({ landline: '', homeAddress: '' })
    expect(inputOf({ ...base, idNumber: '1101051949123 1002x', mobile: '+86 138-0000-0000' })).toMatchObject({ idNumber: '11010519491231002X', mobile: '13800000000' })
  })

  it('PC-3.2.1a sends nothing that the form no longer shows', () => {
    const input = inputOf({ ...base, memberType: 'PROBATIONARY', lost: false, lostOn: '2020-01-01', lostReason: '1', floating: false, flowDirection: '2' })
    expect(input).toMatchObject({ conversionDate: null, lostOn: null, lostReason: null, flowDirection: null })
    expect(inputOf({ ...base, archiveBirthDate: null, archiveBirthReason: '旧档案' }).archiveBirthReason).toBeNull()
  })
})
