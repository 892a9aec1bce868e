import { DictionaryDocument, type DictionaryQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../net/ask'

/** Kinds of the dictionary that the organisation pages use. */
export const unitNatures = 'unit_nature'
export const unitPresences = 'unit_party_presence'
export const provinces = 'province'

type Entry = DictionaryQuery['system']['dictionary'][number]

/** The dictionary entries that organisation pages need, all kinds together. */
export const useEntries = () => useQuery({
  queryKey: ['dictionary', 'organisation'],
  queryFn: async ({ signal }): Promise<Entry[]> =>
    (await ask(DictionaryDocument, { kinds: [unitNatures, unitPresences, provinces] }, signal)).system.dictionary,
  staleTime: Infinity,
})

/** Options of one kind for a select. */
export const optionsFrom = (entries: Entry[] | undefined, kind: string) =>
  (entries ?? []).filter((entry) => entry.kind === kind).map((entry) => ({ value: entry.code, label: entry.label }))

/** The word for a code of the dictionary. */
export function useDictionary(): (kind: string, code: string | null) => string {
  const { data } = useEntries()
  return (kind, code) => (code === null ? '—' : data?.find((entry) => entry.kind === kind && entry.code === code)?.label ?? code)
}
