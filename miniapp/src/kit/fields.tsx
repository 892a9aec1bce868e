import { Input, Picker, Text, Textarea, View } from '@tarojs/components'
import type { ReactNode } from 'react'
import { isWeb } from '@/platform'
import { reach } from './press'

/** The name of a control for those who cannot see it; on a web page the control is inside of Taro's element. */
export const called = (label: string) => (isWeb ? { nativeProps: { 'aria-label': label } } : { 'aria-label': label })

interface FieldProps { label: string; must?: boolean; fault?: string | null; hint?: string; children: ReactNode }

/** A labelled field with what is wrong with it. */
export const Field = ({ label, must = false, fault, hint, children }: FieldProps) => (
  <View className="field">
    <Text className="field-label">{label}{must ? <Text className="must">（必填）</Text> : null}</Text>
    {children}
    {fault ? <View className="bad" role="alert">{fault}</View> : hint ? <View className="soft">{hint}</View> : null}
  </View>
)

interface TextProps extends Omit<FieldProps, 'children'> {
  value: string
  onChange: (value: string) => void
  type?: 'text' | 'number'
  max?: number
  placeholder?: string
}

/** A line of text. */
export const TextField = ({ value, onChange, type = 'text', max = 100, placeholder = '', ...field }: TextProps) => (
  <Field {...field}>
    <Input className="input" value={value} type={type} maxlength={max} placeholder={placeholder} {...called(field.label)} onInput={(event) => onChange(event.detail.value)} />
  </Field>
)

/** Several lines of text. */
export const LongField = ({ value, onChange, max = 5000, placeholder = '', ...field }: TextProps) => (
  <Field {...field}>
    <Textarea className="area" value={value} maxlength={max} placeholder={placeholder} autoHeight {...called(field.label)} onInput={(event) => onChange(event.detail.value)} />
  </Field>
)

/** One of a few, all in sight. */
export function Choices<Key extends string>({ options, value, onChange }: { options: { key: Key; label: string }[]; value: Key | null; onChange: (key: Key) => void }) {
  return (
    <View className="choices" role="radiogroup">
      {options.map(({ key, label }) => (
        <View key={key} className={`choice${key === value ? ' on' : ''}`} role="radio" aria-checked={key === value} {...reach} onClick={() => onChange(key)}>{label}</View>
      ))}
    </View>
  )
}

/** One of many, by the platform's own wheel. */
export function PickField<Key extends string>({ options, value, onChange, ...field }: Omit<FieldProps, 'children'> & { options: { key: Key; label: string }[]; value: Key | null; onChange: (key: Key) => void }) {
  const at = options.findIndex(({ key }) => key === value)
  return (
    <Field {...field}>
      <Picker mode="selector" range={options.map(({ label }) => label)} value={Math.max(at, 0)} onChange={(event) => { const found = options[Number(event.detail.value)]; if (found) onChange(found.key) }}>
        <View className="input">{options[at]?.label ?? '请选择'} ▾</View>
      </Picker>
    </Field>
  )
}

/** A day, by the platform's own wheel. */
export const DayField = ({ value, onChange, ...field }: Omit<FieldProps, 'children'> & { value: string; onChange: (day: string) => void }) => (
  <Field {...field}>
    <Picker mode="date" value={value} onChange={(event) => onChange(event.detail.value)}><View className="input">{value || '请选择日期'} ▾</View></Picker>
    {value && !field.must ? <View className="pick" role="button" onClick={() => onChange('')}>清除日期</View> : null}
  </Field>
)

/** A time of the day, by the platform's own wheel. */
export const TimeField = ({ value, onChange, ...field }: Omit<FieldProps, 'children'> & { value: string; onChange: (time: string) => void }) => (
  <Field {...field}>
    <Picker mode="time" value={value || '09:00'} onChange={(event) => onChange(String(event.detail.value).slice(0, 5))}><View className="input">{value || '请选择时间'} ▾</View></Picker>
  </Field>
)
