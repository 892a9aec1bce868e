import { describe, expect, it } from 'vitest'
import { attentionPath, bandPath, membersPath, organisationsPath, orgTypeOf } from './paths'

const search = (path: string) => Object.fromEntries(new URLSearchParams(path.split('?')[1]))

describe('PC-10 ways from the home page', () => {
  it('age bands meet without a gap, birthdays included', () => {
    const born = ['≤30', '31-40', '41-50', '51-60', '>60'].map((band) => search(bandPath(band, '2026-11-25')).born)
    expect(born).toEqual(['1995-11-26~', '1985-11-26~1995-11-25', '1975-11-26~1985-11-25', '1965-11-26~1975-11-25', '~1965-11-25'])
  })

  it('probation that is over and that ends within thirty days', () => {
    expect(search(attentionPath('PROBATION_OVER', '2026-11-25'))).toEqual({ type: 'PROBATIONARY', joined: '~2025-11-24' })
    expect(search(attentionPath('PROBATION_ENDING', '2026-11-25'))).toEqual({ type: 'PROBATIONARY', joined: '2025-11-25~2025-12-24' })
  })

  it('PC-3.1.1f reminders lead to the organisations they count, bars of branches into their range', () => {
    expect(attentionPath('ORGANISATION_UNFINISHED', '2026-11-25')).toBe('/org/info?attention=UNFINISHED')
    expect(attentionPath('TERM_OVER', '2026-11-25')).toBe('/org/info?attention=TERM_OVER')
    expect(attentionPath('TERM_ENDING', '2026-11-25')).toBe('/org/info?attention=TERM_ENDING')
    expect(membersPath({ org: 'o1' })).toBe('/member/info?org=o1')
  })

  it('codes of kinds become values of the list’s filter', () => {
    expect(organisationsPath(orgTypeOf('party_committee'))).toBe('/org/info?type=PARTY_COMMITTEE')
    expect(organisationsPath(orgTypeOf('unheard_of'))).toBe('/org/info')
    expect(membersPath()).toBe('/member/info')
  })
})
