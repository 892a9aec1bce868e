import { DatePicker, Form } from 'antd'
import dayjs from 'dayjs'

/** The two ends of a range held as `2001-01-01~2002-12-31`; either may be open. */
export function rangeOf(value: string | undefined): { from: string | null; to: string | null } {
  const [from = '', to = ''] = (value ?? '').split('~')
  const day = (text: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null)
  return { from: day(from), to: day(to) }
}

interface DaysRangeProps { id?: string; label: string; value?: string; onChange?: (value: string) => void }

/** A range of days in a search bar; the search begins when it is chosen. */
export function DaysRange({ id, label, value, onChange }: DaysRangeProps) {
  const form = Form.useFormInstance()
  const { from, to } = rangeOf(value)
  return (
    <DatePicker.RangePicker
      id={{ start: id ?? '', end: `${id ?? ''}-end` }}
      className="z-block" allowEmpty={[true, true]} placeholder={['不限', '不限']}
      aria-label={label}
      value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
      onChange={(days) => {
        const text = [days?.[0], days?.[1]].map((day) => day?.format('YYYY-MM-DD') ?? '').join('~')
        onChange?.(text === '~' ? '' : text)
        form.submit()
      }}
    />
  )
}
