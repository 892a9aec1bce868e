import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { count } from './count'

const figures = (should: number, present: number) => ({ should, present, issued: present, returned: present, valid: present })

describe('PC-3.1.2 ballots while they are typed', () => {
  it('come out as the vectors say', () => {
    const rows = readFileSync(new URL('../../../../../config/vote_vectors.csv', import.meta.url), 'utf8').trim().split('\n').slice(1)
    let seen = 0
    for (const row of rows.filter((each) => each.split(',')[1] === 'election')) {
      const cells = row.split(',')
      const [should = 0, present = 0, yes = 0, , no = 0, abstain = 0] = cells.slice(2, 8).map(Number)
      const result = count(figures(should, present), [{ post: 'secretary', seats: 1 }], [{ post: 'secretary', yes, no, abstain }])
      expect(result, row).toMatchObject({ quorum: cells[8] === 'true', results: [cells[9] === 'true' ? 'elected' : 'lost'] })
      seen += 1
    }
    expect(seen).toBe(3)
  })

  it('give the seats to those with the most votes, and a tie to nobody', () => {
    const seats = [{ post: 'committee_member', seats: 3 }]
    const of = (...yes: number[]) => count(figures(20, 20), seats, yes.map((each) => ({ post: 'committee_member', yes: each, no: 20 - each, abstain: 0 })))
    expect(of(18, 17, 12, 11)).toMatchObject({ results: ['elected', 'elected', 'elected', 'lost'] })
    expect(of(18, 13, 12, 12)).toMatchObject({ results: ['elected', 'elected', 'tied', 'tied'] })
  })

  it('tell what cannot be', () => {
    const one = [{ post: 'secretary', yes: 15, no: 1, abstain: 0 }]
    const seats = [{ post: 'secretary', seats: 1 }]
    const good = { should: 20, present: 18, issued: 18, returned: 17, valid: 16 }
    expect(count(good, seats, one).fault).toBeUndefined()
    expect(count({ ...good, returned: 19 }, seats, one).fault).toContain('选举无效')
    expect(count({ ...good, issued: 19 }, seats, one).fault).toContain('发出的选票')
    expect(count({ ...good, valid: 15 }, seats, one).fault).toContain('15 张')
  })
})
