import { describe, expect, it } from 'vitest'
import { scaleOf } from './scale'

describe('the axis of a line chart', () => {
  it.each([
    [[0, 0], [0, 1]],
    [[0, 3], [0, 3]],
    [[7, 7], [3, 7]],
    [[198, 205], [180, 210]],
    [[1980, 2100], [1800, 2100]],
    [[0, 1234], [0, 1500]],
  ])('%j stands between %j', (values, [low, high]) => {
    const scale = scaleOf(values)
    expect([scale.low, scale.high]).toEqual([low, high])
    expect(scale.ticks[0]).toBe(low)
    expect(scale.ticks.at(-1)).toBe(high)
    expect(scale.ticks.length).toBeLessThanOrEqual(7)
  })
})
