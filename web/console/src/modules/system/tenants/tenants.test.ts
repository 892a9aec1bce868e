import { expect, test } from 'vitest'
import { standingWords } from './standing-banner'
import { bytes, seatWarning } from './tenant-meters'

test('OP-8 places are warned of at four fifths and when they are gone', () => {
  expect(seatWarning(79, 100)).toBeNull()
  expect(seatWarning(80, 100)).toMatchObject({ type: 'warning', title: '席位已用 80%，可提醒客户增购' })
  expect(seatWarning(99, 100)?.type).toBe('warning')
  expect(seatWarning(100, 100)?.type).toBe('error')
  expect(seatWarning(101, 100)?.type).toBe('error')
  expect(seatWarning(0, 1)).toBeNull()
})

test('OP-8 bytes are told in the unit that fits', () => {
  expect([0, 1023, 1024, 1536, 1024 ** 3].map(bytes)).toEqual(['0 B', '1023 B', '1.0 KB', '1.5 KB', '1.0 GB'])
})

test('OP-12 the grace is told to administrators, reading only to everybody', () => {
  const standing = { graceUntil: '2027-01-15', readableUntil: '2027-02-14', contact: '客服 400' }
  expect(standingWords({ ...standing, life: 'ACTIVE' }, true)).toBeNull()
  expect(standingWords({ ...standing, life: 'GRACE' }, false)).toBeNull()
  expect(standingWords({ ...standing, life: 'GRACE' }, true)).toContain('2027-01-15')
  expect(standingWords({ ...standing, life: 'READ_ONLY' }, false)).toContain('请联系服务商：客服 400')
  expect(standingWords({ ...standing, life: 'READ_ONLY', contact: '' }, false)).toMatch(/请联系服务商。$/)
})
