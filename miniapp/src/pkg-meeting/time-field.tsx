import { Picker, View } from '@tarojs/components'
import { Field } from '@/kit/fields'

/** A time of the day, by the platform's own wheel. */
export const TimeField = ({ label, must = false, value, onChange, fault }: { label: string; must?: boolean; value: string; onChange: (time: string) => void; fault?: string | null }) => (
  <Field label={label} must={must} fault={fault}>
    <Picker mode="time" value={value || '09:00'} onChange={(event) => onChange(String(event.detail.value).slice(0, 5))}><View className="input">{value || '请选择时间'} ▾</View></Picker>
  </Field>
)
