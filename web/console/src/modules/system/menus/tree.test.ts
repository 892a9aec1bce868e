import { expect, test } from 'vitest'
import { below, hiddenBy, pagesIn, type Switched } from './tree'

const menu = (key: string, parentKey: string | null, kind: Switched['kind'], on = true): Switched => ({ key, parentKey, kind, on, label: key, fixed: false })
const menus = [
  menu('org', null, 'GROUP', false), menu('org.members', 'org', 'GROUP'), menu('member.info', 'org.members', 'PAGE'),
  menu('member.history', 'org.members', 'PAGE'), menu('users', null, 'PAGE'),
]
const at = (key: string) => menus.find((one) => one.key === key)!

test('a group hides every page below it, at any depth', () => {
  expect(below(menus, null).map(({ key }) => key)).toEqual(['org', 'users'])
  expect(pagesIn(menus, at('org')).map(({ key }) => key)).toEqual(['member.info', 'member.history'])
  expect(pagesIn(menus, at('users'))).toEqual([at('users')])
})

test('a page says which group hides it', () => {
  expect(hiddenBy(menus, at('member.info'))?.key).toBe('org')
  expect(hiddenBy(menus, at('org'))).toBeUndefined()
  expect(hiddenBy(menus, at('users'))).toBeUndefined()
})
