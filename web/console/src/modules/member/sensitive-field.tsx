import { Button, Form, Input, type FormRule } from 'antd'
import { useState, type ReactNode } from 'react'

interface SensitiveFieldProps {
  name: 'idNumber' | 'mobile' | 'landline' | 'homeAddress'
  label: string
  /** The stored value, masked; without one the field is open. */
  masked?: string | null | undefined
  rules: FormRule[]
  /** Left empty it takes the stored value away. */
  removable?: boolean
  extra?: ReactNode
  maxLength: number
  numeric?: boolean
}

/** A field whose stored value is masked and stays, unless 更换 opens it. */
export function SensitiveField({ name, label, masked, rules, removable = false, extra, maxLength, numeric = false }: SensitiveFieldProps) {
  const form = Form.useFormInstance()
  const [opened, setOpened] = useState(false)
  if (masked && !opened) {
    return (
      <Form.Item label={label}>
        <span className="z-inline">
          {masked}
          <Button size="small" aria-label={`更换${label}`} onClick={() => {
            form.setFieldValue(name, '')
            setOpened(true)
          }}>更换</Button>
        </span>
      </Form.Item>
    )
  }
  const kept = masked && (
    <span className="z-inline">
      原为 {masked}{removable && '；留空保存即删除'}
      <Button size="small" aria-label={`不更换${label}`} onClick={() => {
        form.setFieldValue(name, undefined)
        setOpened(false)
      }}>不更换</Button>
    </span>
  )
  return (
    <Form.Item name={name} label={label} rules={rules} validateTrigger="onBlur" extra={kept || extra}>
      <Input autoFocus={opened} maxLength={maxLength} autoComplete="off" {...(numeric ? { inputMode: 'tel' as const } : {})} />
    </Form.Item>
  )
}
