import { expect, test } from 'vitest'
import { actionsOf } from './actions'

const all = [
  { value: 'organisation.updated', label: '修改' }, { value: 'member.updated', label: '修改' },
  { value: 'session.opened', label: '登录' }, { value: 'session.ended', label: '退出登录' },
]

test('deeds that are called alike name their object', () => {
  expect(actionsOf(all, undefined).map(({ label }) => label)).toEqual(['修改组织', '修改党员', '登录', '退出登录'])
})

test('the log of sign-ins offers what belongs to sign-ins', () => {
  expect(actionsOf(all, 'session').map(({ value }) => value)).toEqual(['session.opened', 'session.ended'])
})
