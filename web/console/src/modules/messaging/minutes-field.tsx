import { InputNumber, Select, Space } from 'antd'
import { useState } from 'react'

const UNITS = [{ value: 1, label: '分钟' }, { value: 60, label: '小时' }, { value: 1440, label: '天' }]
const MOST = 10_080

/** The greatest unit that leaves nothing over. */
export const unitOf = (minutes: number): number => (minutes === 0 ? 1 : minutes % 1440 === 0 ? 1440 : minutes % 60 === 0 ? 60 : 1)

interface MinutesFieldProps { id?: string; label: string; value?: number | null; onChange?: (value: number | null) => void }

/** Up to seven days in a unit of one's choice, held as minutes. */
export function MinutesField({ id, label, value = null, onChange }: MinutesFieldProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  const unit = chosen !== null && (value ?? 0) % chosen === 0 ? chosen : unitOf(value ?? 0)
  return (
    <Space.Compact>
      <InputNumber id={id} aria-label={label} className="z-notice-minutes" min={0} max={MOST / unit} precision={0} value={value === null ? null : value / unit}
        onChange={(next) => { setChosen(unit); onChange?.(next === null ? null : Math.min(next * unit, MOST)) }} />
      <Select aria-label={`${label}的单位`} className="z-notice-unit" value={unit} options={UNITS}
        onChange={(next) => { setChosen(next); onChange?.(value === null ? null : Math.min(value / unit * next, MOST - MOST % next)) }} />
    </Space.Compact>
  )
}
