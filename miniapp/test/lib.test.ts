import assert from 'node:assert/strict'
import test from 'node:test'
import { dayOf, dayWords, momentWords } from '../src/lib/days.ts'
import { freshId } from '../src/lib/fresh-id.ts'
import { menusOf, needs, paths, type Menu } from '../src/lib/menus.ts'

const menus: Menu[] = [
  { key: 'personal.study_note', group: 'PERSONAL', label: '心得体会' },
  { key: 'personal.mall', group: 'PERSONAL', label: '积分商城' },
  { key: 'personal.pledge', group: 'PERSONAL', label: '党员承诺' },
]

test('M-0.5 menus keep the order and the names of the tenant; those without a page are not shown', () => {
  assert.deepEqual(menusOf(menus, 'PERSONAL', []).map(({ label }) => label), ['心得体会', '党员承诺'])
})

test('M-0.5 管理工作 is for those who hold one of its permissions', () => {
  const key = 'manage.transfer'
  paths[key] = '/pkg-manage/transfers/index'
  const manage: Menu[] = [{ key, group: 'MANAGE', label: '党员调动' }]
  assert.deepEqual(menusOf(manage, 'MANAGE', ['study_note.write']), [])
  assert.equal(menusOf(manage, 'MANAGE', [needs[key]![0]!]).length, 1)
  delete paths[key]
})

test('days are those of China', () => {
  assert.equal(dayOf('2026-11-26T16:00:00Z'), '2026-11-27')
  assert.equal(momentWords('2026-11-26T16:05:00Z'), '2026年11月27日 00:05')
  assert.equal(dayWords(null), '未填写')
})

test('M-9.8 ids made on the phone are UUIDs of version 7 in the order of time', () => {
  assert.match(freshId(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.ok(freshId(1_000_000_000_000) < freshId(1_900_000_000_000))
})
