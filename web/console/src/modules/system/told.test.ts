import { describe, expect, it } from 'vitest'
import { folds, ordered, type Told } from './told'

const told = (key: string, type: Told['type'], text?: string): Told => ({ key, type, title: key, text })

describe('what people are told above every page', () => {
  it('begins with the gravest', () => {
    const all = [told('asks', 'info'), told('guest', 'warning'), told('near', 'warning'), told('ended', 'error')]
    expect(ordered(all).map((one) => one.key)).toEqual(['ended', 'guest', 'near', 'asks'])
  })

  it('stands in one line on a phone when it would be more than one', () => {
    const [short, long] = [told('a', 'info'), told('b', 'info', '周六升级')]
    expect([folds([], false), folds([short], false), folds([long], false), folds([short, short], false)]).toEqual([false, false, true, true])
    expect(folds([long, long, long], true)).toBe(false)
  })
})
