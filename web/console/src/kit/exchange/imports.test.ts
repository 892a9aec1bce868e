import { describe, expect, it } from 'vitest'
import { isOpen, stepOf, summary } from './imports'
import { fileFault } from './workbook'

const one = { rowCount: 5, badRows: 0, doneRows: 0, undoneRows: 0, message: null }

describe('imports', () => {
  it.each([
    ['名册.xls', 10, /旧版的 \.xls.*另存为/],
    ['名册.XLS', 10, /旧版的 \.xls/],
    ['名册.csv', 10, /长数字会丢失/],
    ['名册.et', 10, /不是 \.xlsx/],
    ['名册', 10, /不是 \.xlsx/],
    ['名册.xlsx', 0, /空文件/],
    ['名册.xlsx', 40_000_000, /超过 30 MB/],
  ])('PC-3.2.1b refuses %s of %d bytes with advice', (name, size, words) => {
    expect(fileFault({ name, size })).toMatch(words)
  })

  it('PC-3.2.1b takes a workbook, however its ending is written', () => {
    expect(fileFault({ name: '名册.2026.XLSX', size: 10 })).toBeNull()
  })

  it('PC-3.2.1b offers to confirm only when there is something to confirm', () => {
    expect(stepOf({ ...one, state: 'CHECKING' })).toBe(1)
    expect(stepOf({ ...one, state: 'CHECKED', badRows: 4 })).toBe(2)
    expect(stepOf({ ...one, state: 'CHECKED', badRows: 5 })).toBe(1)
    expect(stepOf({ ...one, state: 'UNDONE' })).toBe(4)
  })

  it('PC-3.2.1b reminds of work in hand and of good files, not of faulty ones', () => {
    expect([isOpen({ state: 'APPLYING', badRows: 0 }), isOpen({ state: 'CHECKED', badRows: 0 })]).toEqual([true, true])
    expect([isOpen({ state: 'CHECKED', badRows: 1 }), isOpen({ state: 'DONE', badRows: 0 })]).toEqual([false, false])
  })

  it('PC-3.2.1b says what became of each import', () => {
    expect(summary({ ...one, state: 'CHECKED', badRows: 2 })).toBe('3 行可导入，2 行有错误')
    expect(summary({ ...one, state: 'UNDONE', doneRows: 5, undoneRows: 4 })).toBe('已撤销 4 行，保留 1 行')
    expect(summary({ ...one, state: 'REFUSED', message: '文件已损坏' })).toBe('文件已损坏')
  })
})
