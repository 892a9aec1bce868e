import { expect, test } from 'vitest'
import { bounds, numberOf, usualWords } from './words'

const choice = { chosen: null, usual: 3, least: 1, most: 10 }

test('a choice may be left out, or lies within its bounds', async () => {
  const judge = (text: string) => bounds('次数', choice).validator(null, text)
  for (const good of ['', ' ', '1', '10', '１０']) await expect(judge(good)).resolves.toBeUndefined()
  for (const bad of ['0', '11', '1.5', '-1', 'x']) await expect(judge(bad)).rejects.toThrow('次数应为1至10')
  expect(numberOf('')).toBeNull()
  expect(numberOf('１０')).toBe(10)
})

test('what holds otherwise is said', () => {
  expect(usualWords(choice, '次')).toBe('默认 3 次')
  expect(usualWords({ ...choice, usual: null }, '台', '不限')).toBe('不限')
})
