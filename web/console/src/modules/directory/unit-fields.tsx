import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { UNIT_COUNT, usccFault, type UnitRelation } from '@zhibu/api'
import { Alert, Button, Form, Input, Select } from 'antd'
import { useEffect } from 'react'
import type { UnitValues } from './form-values'
import { optionsFrom, unitNatures, unitPresences, useEntries } from './use-dictionary'

/** The units that an organisation belongs to: none, one, or two to five, by the chosen relation. */
export function UnitFields() {
  const form = Form.useFormInstance()
  const relation = Form.useWatch('unitRelation', form) as UnitRelation | undefined
  const { data: entries } = useEntries()
  const { least, most } = UNIT_COUNT[relation ?? 'SAME_AS_PARENT']
  useEffect(() => {
    const now = (form.getFieldValue('units') as UnitValues[] | undefined) ?? []
    if (now.length < least) form.setFieldValue('units', [...now, ...Array.from({ length: least - now.length }, () => ({}))])
  }, [form, least])
  if (!relation || most === 0) return null
  return (
    <Form.List name="units">
      {(fields, { add, remove }) => (
        <>
          {fields.length > most && <Alert className="z-gap-bottom" type="warning" title={`按所选情况最多填写 ${most} 个单位，请删除多余的`} />}
          {fields.map((field, index) => (
            <fieldset key={field.key} className="z-unit">
              <legend>{most === 1 && fields.length === 1 ? '单位' : `单位 ${index + 1}`}</legend>
              <div className="z-columns">
                <Form.Item name={[field.name, 'name']} label="单位名称" rules={[{ required: true, whitespace: true, message: '请输入单位名称' }]}><Input maxLength={100} /></Form.Item>
                <Form.Item name={[field.name, 'uscc']} label="统一社会信用代码" hasFeedback extra="18 位；没有可不填" rules={[
                  { validator: (_rule, value: string | undefined) => {
                    const fault = value ? usccFault(value) : null
                    return fault ? Promise.reject(new Error(fault)) : Promise.resolve()
                  } },
                ]}>
                  <Input maxLength={22} className="z-code" />
                </Form.Item>
                <Form.Item name={[field.name, 'nature']} label="单位性质" rules={[{ required: true, message: '请选择单位性质' }]}>
                  <Select placeholder="请选择" options={optionsFrom(entries, unitNatures)} />
                </Form.Item>
                <Form.Item name={[field.name, 'partyPresence']} label="建立党组织情况">
                  <Select allowClear placeholder="请选择" options={optionsFrom(entries, unitPresences)} />
                </Form.Item>
              </div>
              {fields.length > least && <Button size="small" icon={<DeleteOutlined aria-hidden />} onClick={() => remove(field.name)}>删除单位 {index + 1}</Button>}
            </fieldset>
          ))}
          {fields.length < most && <Button icon={<PlusOutlined aria-hidden />} onClick={() => add({})}>增加单位（最多 {most} 个）</Button>}
        </>
      )}
    </Form.List>
  )
}
