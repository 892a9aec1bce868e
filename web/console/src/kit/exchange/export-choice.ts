import type { ExportColumnsQuery } from '@zhibu/api'

/** A column on offer. */
export type ExportColumn = ExportColumnsQuery['system']['exportColumns'][number]

const address = (owner: string, kind: string) => `zhibu.export.${owner}.${kind}`

/** The columns that are ticked at first: last time's, else all that are not sensitive. Sensitive ones are chosen anew each time. */
export function firstChoice(columns: readonly ExportColumn[], owner: string, kind: string, store: Pick<Storage, 'getItem'> = localStorage): string[] {
  const plain = columns.filter(({ sensitive }) => !sensitive).map(({ key }) => key)
  try {
    const left = JSON.parse(store.getItem(address(owner, kind)) ?? 'null') as string[] | null
    const kept = Array.isArray(left) ? plain.filter((key) => !left.includes(key)) : plain
    if (kept.length > 0) return kept
  } catch { /* an unreadable choice is no choice */ }
  return plain
}

/** Remembers which plain columns were left out, so that a new column is in until somebody takes it out. */
export function keepChoice(columns: readonly ExportColumn[], chosen: readonly string[], owner: string, kind: string, store: Pick<Storage, 'setItem'> = localStorage): void {
  const left = columns.filter(({ key, sensitive }) => !sensitive && !chosen.includes(key)).map(({ key }) => key)
  try { store.setItem(address(owner, kind), JSON.stringify(left)) } catch { /* the next export begins with all columns */ }
}
