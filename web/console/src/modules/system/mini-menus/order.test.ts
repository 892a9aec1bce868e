import { describe, expect, it } from 'vitest'
import { moved } from './order'

describe('order of menus', () => {
  it('PC-2.5 puts one item elsewhere and keeps the others in their order', () => {
    const items = ['a', 'b', 'c', 'd']
    expect(moved(items, 0, 2)).toEqual(['b', 'c', 'a', 'd'])
    expect(moved(items, 3, 0)).toEqual(['d', 'a', 'b', 'c'])
    expect(moved(items, 1, 1)).toEqual(items)
  })

  it('PC-2.5 does nothing beyond the ends', () => {
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 5, 0)).toEqual(['a', 'b'])
  })
})
