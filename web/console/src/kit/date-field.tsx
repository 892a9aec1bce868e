import { DatePicker } from 'antd'
import dayjs from 'dayjs'

interface DateFieldProps {
  id?: string
  value?: string | null
  onChange?: (value: string | null) => void
  /** Days that cannot be chosen. */
  notAfter?: string
  notBefore?: string
  placeholder?: string
}

/** A calendar day held as `YYYY-MM-DD`, so that forms and drafts hold plain text. */
export function DateField({ id, value, onChange, notAfter, notBefore, placeholder }: DateFieldProps) {
  return (
    <DatePicker
      id={id}
      className="z-block"
      value={value ? dayjs(value) : null}
      onChange={(next) => onChange?.(next ? next.format('YYYY-MM-DD') : null)}
      disabledDate={(date) => {
        const text = date.format('YYYY-MM-DD')
        return (notAfter !== undefined && text > notAfter) || (notBefore !== undefined && text < notBefore)
      }}
      // Enter takes the typed day; it must not also send the form.
      onKeyDown={(event) => { if (event.key === 'Enter') event.preventDefault() }}
      placeholder={placeholder ?? '请选择日期'}
    />
  )
}
