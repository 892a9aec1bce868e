import { expect, test } from 'vitest'
import { quotaWords, standingWords } from './standing-banner'
import { bytes, quotaWarning, seatWarning } from './tenant-meters'

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

test('OP-8 limits are warned of at four fifths and when they are used, to operators and administrators', () => {
  expect(quotaWarning('本月短信', 79, 100)).toBeNull()
  expect(quotaWarning('本月短信', 80, 100)).toMatchObject({ type: 'warning', title: '本月短信已用 80%，可提醒客户增购' })
  expect(quotaWarning('本月短信', 100, 100)).toMatchObject({ type: 'error', title: '本月短信已用完' })
  expect(quotaWarning('本月短信', 100, null)).toBeNull()
  expect(quotaWarning('存储空间', null, 100)).toBeNull()
  expect(quotaWords({ kind: 'SMS', used: 80, limit: 100, full: false })).toBe('本月短信已用 80%。')
  expect(quotaWords({ kind: 'SMS', used: 100, limit: 100, full: true })).toContain('登录')
  expect(quotaWords({ kind: 'STORAGE', used: 9, limit: 9, full: true })).toContain('不能再上传')
})
