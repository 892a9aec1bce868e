import { DatePicker } from 'antd'
import dayjs from 'dayjs'

/** An instant to the minute, held as text so that forms and drafts hold plain text. */
export function MinuteField({ id, value, onChange, placeholder = '请选择日期和时间' }: { id?: string; value?: string | null; onChange?: (value: string | null) => void; placeholder?: string }) {
  return (
    <DatePicker
      id={id} className="z-block" showTime={{ format: 'HH:mm', minuteStep: 5 }} format="YYYY-MM-DD HH:mm" placeholder={placeholder}
      value={value ? dayjs(value) : null} onChange={(next) => onChange?.(next ? next.second(0).millisecond(0).toISOString() : null)}
      // Enter takes the typed time; it must not also send the form.
      onKeyDown={(event) => { if (event.key === 'Enter') event.preventDefault() }}
    />
  )
}
