import { useEntries as useEntriesOf, wordFrom } from '../../kit/use-dictionary'

export { optionsFrom } from '../../kit/use-dictionary'

/** Kinds of the dictionary that the organisation pages use. */
export const unitNatures = 'unit_nature'
export const unitPresences = 'unit_party_presence'
export const provinces = 'province'

const KINDS = [unitNatures, unitPresences, provinces]

/** The dictionary entries that organisation pages need, all kinds together. */
export const useEntries = () => useEntriesOf(KINDS)

/** The word for a code of the dictionary. */
export function useDictionary(): (kind: string, code: string | null) => string {
  const { data } = useEntries()
  return (kind, code) => wordFrom(data, kind, code)
}
