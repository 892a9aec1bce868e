import { describe, expect, it } from 'vitest'
import { educationGroups, levelsUnder, sexes, workPostGroups } from './dictionary'

const entries = [
  ['sex', '0'], ['sex', '1'], ['sex', '2'], ['sex', '9'],
  ['education_level', '20'], ['education_level', '21'], ['education_level', '28'], ['education_level', '30'], ['education_level', '31'], ['education_level', '90'],
  ['work_post', '101'], ['work_post', '111'], ['work_post', '709'],
].map(([kind = '', code = '']) => ({ kind, code, label: `${kind} ${code}` }))

describe('dictionaries of the member pages', () => {
  it('PC-3.2.1a headings of education cannot be chosen, their levels can', () => {
    const groups = educationGroups(entries)
    expect(groups.map((group) => ('options' in group ? group.options.map(({ value }) => value) : group.value))).toEqual([['21', '28'], ['31'], '90'])
    expect(levelsUnder(entries, ['20', '90'])).toEqual(['21', '28', '90'])
  })

  it('PC-3.2.1a every work post stands under a heading, and a member has a sex', () => {
    expect(workPostGroups(entries).flatMap((group) => group.options.map(({ value }) => value))).toEqual(['101', '111', '709'])
    expect(sexes(entries).map(({ value }) => value)).toEqual(['1', '2'])
  })
})
