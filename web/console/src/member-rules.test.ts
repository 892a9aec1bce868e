import { dayFaults, idCheckCharacter, idFacts, idFault, usualConversion, yearsLater, type MemberDays } from '@zhibu/api'
import { describe, expect, it } from 'vitest'

const TODAY = '2026-11-25'
const base: MemberDays = { birthDate: '1990-01-01', memberType: 'FORMAL', joinDate: '2015-06-20', conversionDate: '2016-06-19' }
const faulty = (change: MemberDays) => Object.keys(dayFaults({ ...base, ...change }, TODAY))

describe('identity numbers', () => {
  it('PC-3.2.1a takes the samples of the standard and reads sex and birth from them', () => {
    for (const good of ['11010519491231002X', '440524188001010014']) expect(idCheckCharacter(good.slice(0, 17))).toBe(good[17])
    expect(idFault('110105 19491231 002x', TODAY)).toBeNull()
    expect(idFacts('11010519491231002x')).toEqual({ sex: '2', birthDate: '1949-12-31' })
    expect(idFacts('990101199001010019')).toEqual({ sex: '1', birthDate: '1990-01-01' })
  })

  it('PC-3.2.1a refuses every change of a single digit', () => {
    const good = '11010519491231002X'
    for (let at = 0; at < 17; at++) {
      for (const other of '0123456789') {
        if (other !== good[at]) expect(idFault(good.slice(0, at) + other + good.slice(at + 1), TODAY)).not.toBeNull()
      }
    }
  })

  it('PC-3.2.1a says what is wrong', () => {
    const made = (body: string) => body + (idCheckCharacter(body) ?? '')
    expect(idFault('1101051949123100', TODAY)).toContain('现为 16 位')
    expect(idFault('11010519491231002A', TODAY)).toContain('校验位')
    expect(idFault('1101O519491231002X', TODAY)).toContain('只能是数字')
    expect(idFault(made('77010519491231002'), TODAY)).toContain('地区码')
    for (const body of ['11010519491331002', '11010519490230002', '11010520270101002', '11010518761125002']) expect(idFault(made(body), TODAY)).toContain('出生日期')
    expect(idFault(made('11010518761126002'), TODAY)).toBeNull()
  })
})

describe('days of a member', () => {
  it('PC-3.2.1a each fault stands at its field', () => {
    const cases: [string[], MemberDays][] = [
      [[], {}],
      [['joinDate'], { joinDate: '2027-01-01', memberType: 'PROBATIONARY' }],
      [['joinDate'], { joinDate: '2007-12-31', conversionDate: '2009-01-01' }],
      [['joinDate'], { birthDate: '1900-01-01', joinDate: '1921-06-30' }],
      [['conversionDate'], { conversionDate: null }],
      [['conversionDate'], { conversionDate: '2016-06-18' }],
      [['conversionDate'], { conversionDate: '2026-11-26' }],
      [[], { memberType: 'PROBATIONARY', conversionDate: null }],
      [['lostOn'], { lost: true }],
      [['lostOn'], { lost: true, lostOn: '2027-01-01' }],
      [['lostOn'], { lost: true, lostOn: '2015-06-19' }],
      [[], { lost: false, lostOn: '2027-01-01' }],
      [['firstWorkDate'], { firstWorkDate: '1989-01-01' }],
      [['firstWorkDate'], { firstWorkDate: '2026-11-26' }],
      [['archiveBirthDate'], { archiveBirthDate: '2026-11-26' }],
    ]
    for (const [wanted, change] of cases) expect(faulty(change), JSON.stringify(change)).toEqual(wanted)
  })

  it('PC-3.2.1a joins from 1969-04-01 to 1977-08-11 had no probation', () => {
    const old = (joinDate: string, conversionDate: string | null) => faulty({ birthDate: '1940-01-01', joinDate, conversionDate })
    expect(old('1970-07-01', null)).toEqual([])
    expect(old('1970-07-01', '1970-07-01')).toEqual([])
    expect(old('1969-03-31', null)).toEqual(['conversionDate'])
    expect(old('1977-08-12', '1977-08-12')).toEqual(['conversionDate'])
    expect(usualConversion('1970-07-01', TODAY)).toBeNull()
  })

  it('PC-3.2.1a knows leap days, and suggests no conversion to come', () => {
    expect(yearsLater('2004-02-29', 18, true)).toBe('2022-03-01')
    expect(faulty({ birthDate: '2004-02-29', joinDate: '2022-02-28', memberType: 'PROBATIONARY' })).toEqual(['joinDate'])
    expect(faulty({ joinDate: '2024-02-29', conversionDate: '2025-02-27' })).toEqual([])
    expect(usualConversion('2024-02-29', TODAY)).toBe('2025-02-28')
    expect(usualConversion('2026-01-10', TODAY)).toBeNull()
  })
})
