import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tally } from '@zhibu/api/vote'

const VECTORS = new URL('../../../../../config/vote_vectors.csv', import.meta.url)

describe('PC-3.2.4 votes', () => {
  it('are counted as the vectors say', () => {
    const rows = readFileSync(VECTORS, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','))
    let counted = 0
    for (const [id, kind, ...cells] of rows) {
      const rule = kind === 'admission' || kind === 'conversion' ? 'ASSEMBLY' : kind === 'election' ? null : 'COMMITTEE'
      if (rule === null) continue
      const [should = 0, present = 0, yes = 0, written = 0, no = 0, abstain = 0] = cells.slice(0, 6).map(Number)
      const result = tally(rule, { should, present, yes, written, no, abstain })
      if (cells[6] === 'error') expect(result.fault, id).toBeTruthy()
      else expect(result, id).toMatchObject({ quorum: cells[6] === 'true', passed: cells[7] === 'true' })
      counted += 1
    }
    expect(counted).toBe(11)
  })

  it('tell what cannot be', () => {
    const good = { should: 20, present: 15, yes: 12, written: 2, no: 2, abstain: 1 }
    expect(tally('ASSEMBLY', good)).toEqual({ quorum: true, passed: true, needed: 11 })
    expect(tally('ASSEMBLY', { ...good, present: 21 }).fault).toContain('实到会')
    expect(tally('ASSEMBLY', { ...good, written: 6 }).fault).toContain('书面意见')
    expect(tally('COMMITTEE', good).fault).toContain('书面意见')
    expect(tally('APPROVING', { ...good, written: 0, present: 10, yes: 10, no: 0, abstain: 0 })).toMatchObject({ quorum: false, passed: false })
  })
})
