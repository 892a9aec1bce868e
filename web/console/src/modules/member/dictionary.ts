import { optionsFrom, useEntries as useEntriesOf, wordFrom, type Entry } from '../../kit/use-dictionary'

const KINDS = [
  'sex', 'ethnicity', 'education_level', 'degree', 'work_post', 'special_group', 'lost_contact_reason', 'flow_direction', 'post',
] as const

/** A dictionary that the member pages use. */
export type Kind = (typeof KINDS)[number]

/** The dictionary entries of the member pages, all kinds together. */
export const useEntries = () => useEntriesOf(KINDS)

/** The word for a code. */
export function useWords(): (kind: Kind, code: string | null | undefined) => string {
  const { data } = useEntries()
  return (kind, code) => wordFrom(data, kind, code)
}

/** Options of one kind. */
export const options = (entries: Entry[] | undefined, kind: Kind) => optionsFrom(entries, kind)

/** Both sexes; a member has one of them. */
export const sexes = (entries: Entry[] | undefined) => options(entries, 'sex').filter(({ value }) => value === '1' || value === '2')

/** Codes of `education_level` that are headings, not values. */
const HEADINGS = ['10', '20', '30', '40', '60', '70', '80']

const under = (heading: string) => ({ value }: { value: string }) => value !== heading && value[0] === heading[0]

/** Levels of education under their headings; a heading cannot be chosen. */
export function educationGroups(entries: Entry[] | undefined) {
  const all = options(entries, 'education_level')
  return [
    ...all.filter(({ value }) => HEADINGS.includes(value)).map(({ value, label }) => ({ label, options: all.filter(under(value)) })),
    ...all.filter(({ value }) => value === '90'),
  ]
}

/** Headings of education to search by, and 其他. */
export const educationHeadings = (entries: Entry[] | undefined) =>
  options(entries, 'education_level').filter(({ value }) => HEADINGS.includes(value) || value === '90')

/** The levels that the chosen headings hold. */
export const levelsUnder = (entries: Entry[] | undefined, headings: string[]): string[] =>
  headings.flatMap((heading) => (HEADINGS.includes(heading) ? options(entries, 'education_level').filter(under(heading)).map(({ value }) => value) : [heading]))

const POST_GROUPS: [string, string][] = [
  ['10', '党政机关'], ['11', '事业单位'], ['12', '公有制企业'], ['13', '非公有制企业'], ['14', '社会组织'], ['2', '农牧渔民'],
  ['3', '解放军、武警'], ['4', '学生'], ['5', '离退休人员'], ['6', '其他从业人员'], ['7', '其他人员'],
]

/** Work posts under headings of our own. */
export function workPostGroups(entries: Entry[] | undefined) {
  const all = options(entries, 'work_post')
  return POST_GROUPS.map(([start, label]) => ({ label, options: all.filter(({ value }) => value.startsWith(start)) }))
}
