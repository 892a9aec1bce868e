import { expect, it } from 'vitest'
import { linesOf } from './lines'

it('PC-2.6 a list is written a line each', () => {
  expect(linesOf(' /home \r\n\n/members/\n')).toEqual(['/home', '/members/'])
  expect(linesOf(undefined)).toEqual([])
})
