import { EDUCATION_HEADINGS, type RECORD_FIELDS } from '@zhibu/api/own-record'
import { DayField, PickField, TextField } from '@/kit/fields'
import { dayWords } from '@/lib/days'

/** Entries of dictionaries. */
export type Entries = readonly { kind: string; code: string; label: string }[]
type One = Pick<(typeof RECORD_FIELDS)[number], 'field' | 'label' | 'kind'>

/** What a field holds, in words. */
export function wordOf(entries: Entries, kind: One['kind'], value: string | null | undefined): string {
  if (!value) return '未填写'
  if (kind === 'day') return dayWords(value)
  return typeof kind === 'object' ? entries.find((one) => one.kind === kind.dictionary && one.code === value)?.label ?? value : value
}

/** One field of a record, as its kind asks. */
export function OwnInput({ field, entries, value, onChange, ...more }: { field: One; entries: Entries; value: string; onChange: (value: string) => void; hint?: string; fault?: string | null }) {
  const { kind, label } = field
  if (kind === 'day') return <DayField label={label} value={value} onChange={onChange} {...more} />
  if (typeof kind === 'object') {
    const options = entries.filter((one) => one.kind === kind.dictionary && (field.field !== 'EDUCATION_LEVEL' || !EDUCATION_HEADINGS.includes(one.code))).map((one) => ({ key: one.code, label: one.label }))
    return <PickField label={label} options={options} value={value || null} onChange={onChange} {...more} />
  }
  return <TextField label={label} value={value} max={120} onChange={onChange} {...more} />
}
