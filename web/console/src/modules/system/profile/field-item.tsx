import { isPhone } from '@zhibu/api'
import { Button, Form, Input, Select, type FormRule } from 'antd'
import { useState } from 'react'
import { DateField } from '../../../kit/date-field'
import { optionsFrom, type Entry } from '../../../kit/use-dictionary'
import { today } from '../../../kit/words'
import type { Own, OwnField } from './fields'

/** Codes of `education_level` that are headings, not values. */
const HEADINGS = ['10', '20', '30', '40', '60', '70', '80']

const phone: FormRule = {
  validator: (_rule: unknown, value?: string | null) => (!value?.trim() || isPhone(value) ? Promise.resolve() : Promise.reject(new Error('请输入带区号的固定电话，如 0591-87654321'))),
}

/** One field that may be completed. */
export function FieldItem({ one, own, entries }: { one: OwnField; own: Own; entries: Entry[] | undefined }) {
  const { name, label, kind } = one
  if (one.masked && own[name] !== null) return <Masked one={one} masked={own[name] as string} />
  if (typeof kind === 'object') {
    const options = optionsFrom(entries, kind.dictionary).filter(({ value }) => kind.dictionary !== 'education_level' || !HEADINGS.includes(value))
    return (
      <Form.Item name={name} label={label} rules={kind.required ? [{ required: true, message: `请选择${label}` }] : []}>
        <Select allowClear={!kind.required} placeholder="请选择，可输入查找" showSearch={{ optionFilterProp: 'label' }} options={options} />
      </Form.Item>
    )
  }
  return (
    <Form.Item name={name} label={label} rules={one.field === 'LANDLINE' ? [phone] : []} validateTrigger="onBlur">
      {kind === 'day' ? <DateField notAfter={today()} /> : <Input maxLength={one.most} autoComplete="off" />}
    </Form.Item>
  )
}

/** A value that is shown masked stays, unless 更换 opens it. */
function Masked({ one, masked }: { one: OwnField; masked: string }) {
  const form = Form.useFormInstance()
  const [opened, setOpened] = useState(false)
  const turn = (open: boolean) => {
    form.setFieldValue(one.name, open ? '' : undefined)
    setOpened(open)
  }
  if (!opened) {
    return (
      <Form.Item label={one.label}>
        <span className="z-inline">{masked}<Button size="small" aria-label={`更换${one.label}`} onClick={() => turn(true)}>更换</Button></span>
      </Form.Item>
    )
  }
  const kept = <span className="z-inline">原为 {masked}；留空保存即删除<Button size="small" aria-label={`不更换${one.label}`} onClick={() => turn(false)}>不更换</Button></span>
  return (
    <Form.Item name={one.name} label={one.label} rules={one.field === 'LANDLINE' ? [phone] : []} validateTrigger="onBlur" extra={kept}>
      <Input autoFocus maxLength={one.most} autoComplete="off" />
    </Form.Item>
  )
}
