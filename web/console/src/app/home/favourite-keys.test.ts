import { expect, test } from 'vitest'
import { firstChoice, moved } from './favourite-keys'

const pages = Array.from({ length: 14 }, (_, at) => ({ key: `p${at}`, label: `页面${at}`, path: `/p${at}`, children: [] }))
const keys = (list: { key: string }[]) => list.map(({ key }) => key)

test('PC-10 the chosen pages in their order, the first ones while none is chosen', () => {
  expect(keys(firstChoice(['p5', 'p1'], pages))).toEqual(['p5', 'p1'])
  expect(keys(firstChoice(['gone', 'p1'], pages))).toEqual(['p1'])
  expect(firstChoice([], pages)).toHaveLength(12)
})

test('PC-10 a page moves one step, not beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c'])
  expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b'])
  expect(moved(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c'])
  expect(moved(['a', 'b', 'c'], 'c', 1)).toEqual(['a', 'b', 'c'])
})
