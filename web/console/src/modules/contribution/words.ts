import { useEntries } from '../../kit/use-dictionary'

/** The dictionary of the kinds. */
export const KIND = 'contribution_kind'

/** The kinds of contributions. */
export const useKinds = () => useEntries([KIND])

/** Minutes as hours, without zeros that say nothing. */
export const hours = (minutes: number | null) => (minutes === null ? '—' : `${Number((minutes / 60).toFixed(2))} 小时`)
