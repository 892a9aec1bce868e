import { DictionaryDocument, type DictionaryQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../net/ask'

/** One value of a dictionary. */
export type Entry = DictionaryQuery['system']['dictionary'][number]

/** The entries of some dictionaries, all kinds together; they do not change while somebody is signed in. */
export const useEntries = (kinds: readonly string[]) => useQuery({
  queryKey: ['dictionary', ...kinds],
  queryFn: async ({ signal }): Promise<Entry[]> => (await ask(DictionaryDocument, { kinds: [...kinds] }, signal)).system.dictionary,
  staleTime: Infinity,
})

/** Options of one kind for a select. */
export const optionsFrom = (entries: Entry[] | undefined, kind: string) =>
  (entries ?? []).filter((entry) => entry.kind === kind).map((entry) => ({ value: entry.code, label: entry.label }))

/** The word for a code, as far as the entries hold it. */
export const wordFrom = (entries: Entry[] | undefined, kind: string, code: string | null | undefined): string =>
  (code === null || code === undefined ? '—' : entries?.find((entry) => entry.kind === kind && entry.code === code)?.label ?? code)
