/** The lower and upper end of an axis, and the round numbers on it from the bottom up. */
export interface Scale { low: number; high: number; ticks: number[] }

/** The next 1, 2 or 5 with zeros that is not below a number; never below one, for people are counted whole. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return ([1, 2, 5].find((digit) => digit * power >= value) ?? 10) * power
}

/** An axis for counts: close enough to show a change, wide enough not to make a mountain of a single head. */
export function scaleOf(values: readonly number[]): Scale {
  const least = Math.min(...values)
  const most = Math.max(...values)
  const span = Math.max(most - least, most * 0.1, 4)
  const step = roundUp(span / 4)
  const low = Math.max(0, Math.floor((most - span) / step) * step)
  const high = Math.max(low + step, Math.ceil(most / step) * step)
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step)
  return { low, high, ticks }
}
