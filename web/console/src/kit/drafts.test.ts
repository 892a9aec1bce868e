import { describe, expect, it } from 'vitest'
import { clearDraft, loadDraft, saveDraft, type DraftStore } from './drafts'

function memory(): DraftStore & { map: Map<string, string> } {
  const map = new Map<string, string>()
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  }
}

describe('form drafts', () => {
  it('PC-3.1.1a brings typed text back until it is cleared', () => {
    const store = memory()
    saveDraft('a1', 'organisation', { fullName: '中共某厂支部', units: [{ name: '某厂' }] }, 3, store)
    expect(loadDraft('a1', 'organisation', store)).toMatchObject({ values: { fullName: '中共某厂支部', units: [{ name: '某厂' }] }, basis: 3 })
    clearDraft('a1', 'organisation', store)
    expect(loadDraft('a1', 'organisation', store)).toBeNull()
  })

  it('PC-3.1.1a never keeps a phone number or a password', () => {
    const store = memory()
    saveDraft('a1', 'organisation', { contactPhone: '13800000000', contactName: '李四', nested: [{ mobile: '13900000000', newPassword: 'Abc#12345' }] }, null, store)
    const text = [...store.map.values()].join()
    expect(text).toContain('李四')
    expect(text).not.toMatch(/13800000000|13900000000|Abc#12345/)
  })

  it('PC-3.2.1a never keeps an identity number, a telephone or an address of a member', () => {
    const store = memory()
    saveDraft('a1', 'member', { name: '李四', idNumber: '11010519491231002X', mobile: '13800000000', landline: '0591-87654321', homeAddress: '五四路1号' }, null, store)
    expect(loadDraft('a1', 'member', store)?.values).toEqual({ name: '李四' })
  })

  it('PC-3.1.1a shows nobody the draft of another account', () => {
    const store = memory()
    saveDraft('a1', 'organisation', { fullName: '甲' }, null, store)
    expect(loadDraft('a2', 'organisation', store)).toBeNull()
  })

  it('OP-6 forgets drafts older than a week and survives broken ones', () => {
    const store = memory()
    store.setItem('zhibu.draft.a1.text', JSON.stringify({ values: {}, basis: null, at: Date.now() - 8 * 24 * 3600 * 1000 }))
    expect(loadDraft('a1', 'text', store)).toBeNull()
    store.setItem('zhibu.draft.a1.text', '{broken')
    expect(loadDraft('a1', 'text', store)).toBeNull()
  })
})
