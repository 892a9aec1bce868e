/** Where drafts are kept; the browser's localStorage, or a map in tests. */
export type DraftStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** A form's text that was not submitted, and the version of the record that it was typed over. */
export interface Draft { values: Record<string, unknown>; basis: number | null; at: number }

const LIFETIME = 7 * 24 * 3600 * 1000
const SECRET = /phone|mobile|landline|address|idNumber|password|totp|secret|sms/i

/** A copy without anything that must not stay on a shared computer: numbers to call, identity numbers, addresses, passwords, codes. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !SECRET.test(key)).map(([key, inner]) => [key, withoutSecrets(inner)]),
  )
}

const address = (owner: string, name: string) => `zhibu.draft.${owner}.${name}`

/** Keeps what was typed. A full or forbidden store loses the draft, never the form. */
export function saveDraft(owner: string, name: string, values: Record<string, unknown>, basis: number | null, store: DraftStore = localStorage): void {
  const draft: Draft = { values: withoutSecrets(values) as Record<string, unknown>, basis, at: Date.now() }
  try { store.setItem(address(owner, name), JSON.stringify(draft)) } catch { /* the form itself still holds the text */ }
}

/** What was typed last time, if not older than a week. */
export function loadDraft(owner: string, name: string, store: DraftStore = localStorage): Draft | null {
  try {
    const draft = JSON.parse(store.getItem(address(owner, name)) ?? 'null') as Draft | null
    if (draft && Date.now() - draft.at < LIFETIME) return draft
    store.removeItem(address(owner, name))
  } catch { /* an unreadable draft is no draft */ }
  return null
}

/** Forgets a draft. */
export function clearDraft(owner: string, name: string, store: DraftStore = localStorage): void {
  try { store.removeItem(address(owner, name)) } catch { /* nothing to forget */ }
}
