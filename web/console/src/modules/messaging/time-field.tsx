import { DatePicker } from 'antd'
import dayjs from 'dayjs'

/** An instant to the minute, held as text. */
export function TimeField({ id, value, onChange }: { id?: string; value?: string | null; onChange?: (value: string | null) => void }) {
  return (
    <DatePicker
      id={id} className="z-block" showTime={{ format: 'HH:mm', minuteStep: 5 }} format="YYYY-MM-DD HH:mm" placeholder="请选择日期和时间"
      value={value ? dayjs(value) : null} onChange={(next) => onChange?.(next ? next.second(0).millisecond(0).toISOString() : null)}
      disabledDate={(date) => date.isBefore(dayjs().startOf('day'))}
      // Enter takes the typed time; it must not also send the form.
      onKeyDown={(event) => { if (event.key === 'Enter') event.preventDefault() }}
    />
  )
}
