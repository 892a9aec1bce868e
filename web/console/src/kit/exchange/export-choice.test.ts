import { describe, expect, it } from 'vitest'
import { firstChoice, keepChoice } from './export-choice'

const column = (key: string, sensitive = false) => ({ key, title: key, sensitive })
const COLUMNS = [column('name'), column('idNumber', true), column('branch')]

function memory() {
  const map = new Map<string, string>()
  return { getItem: (key: string) => map.get(key) ?? null, setItem: (key: string, value: string) => void map.set(key, value) }
}

describe('columns of an export', () => {
  it('PC-8.2 begins with all that is not sensitive', () => {
    expect(firstChoice(COLUMNS, 'a1', 'member', memory())).toEqual(['name', 'branch'])
  })

  it('PC-8.2 remembers per list and person what was left out, never what was sensitive', () => {
    const store = memory()
    keepChoice(COLUMNS, ['name', 'idNumber'], 'a1', 'member', store)
    expect(firstChoice([...COLUMNS, column('age')], 'a1', 'member', store)).toEqual(['name', 'age'])
    expect(firstChoice(COLUMNS, 'a1', 'user', store)).toEqual(['name', 'branch'])
    expect(firstChoice(COLUMNS, 'a2', 'member', store)).toEqual(['name', 'branch'])
  })

  it('PC-8.2 survives an unreadable memory and never begins empty', () => {
    const store = memory()
    store.setItem('zhibu.export.a1.member', '{broken')
    expect(firstChoice(COLUMNS, 'a1', 'member', store)).toEqual(['name', 'branch'])
    keepChoice(COLUMNS, ['idNumber'], 'a1', 'member', store)
    expect(firstChoice(COLUMNS, 'a1', 'member', store)).toEqual(['name', 'branch'])
  })
})
