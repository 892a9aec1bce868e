import { DownOutlined, SearchOutlined, UpOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select } from 'antd'
import { useEffect, useRef, useState, type ReactNode } from 'react'

/** One field of a list's search bar. */
export interface SearchField {
  name: string
  label: string
  placeholder?: string
  options?: { value: string; label: string }[]
  /** A control of its own that holds text; it submits the form when it is done. */
  control?: ReactNode
  /** Takes two places. */
  wide?: boolean
  /** Not searched by here: it comes from elsewhere by the address and is shown above the table, in these words, until it is removed. */
  chip?: (value: string) => string | undefined
}

interface ListSearchProps {
  name: string
  fields: readonly SearchField[]
  value: Record<string, string>
  onSearch: (filter: Record<string, string>) => void
}

const SHOWN = 3

/** More options than these are found by typing, too. */
const MANY = 12

/** The same for the same filter, whatever its order. */
const keyOf = (filter: Record<string, string>): string => JSON.stringify(Object.entries(filter).sort(([one], [other]) => (one < other ? -1 : 1)))

/** A search bar with 查询, 重置 and, when there are many fields, 展开. */
export function ListSearch({ name, fields, value, onSearch }: ListSearchProps) {
  const [form] = Form.useForm<Record<string, string | undefined>>()
  const bars = fields.filter((field) => !field.chip)
  const [open, setOpen] = useState(() => bars.slice(SHOWN).some((field) => value[field.name]))
  const given = keyOf(value)
  // What was sent from here comes back by the address; meanwhile more may have been typed, which stays.
  const sent = useRef<string | null>(null)
  useEffect(() => {
    if (sent.current === given) return
    sent.current = null
    form.resetFields()
    form.setFieldsValue(Object.fromEntries(JSON.parse(given) as [string, string][]))
  }, [form, given])
  const search = (values: Record<string, string | undefined>) => {
    const filter: Record<string, string> = {}
    for (const [key, text] of Object.entries(values)) if (text?.trim()) filter[key] = text.trim()
    sent.current = keyOf(filter)
    onSearch(filter)
  }
  const reset = () => {
    form.resetFields()
    search({})
  }
  return (
    <search className="z-search">
      <Form name={`${name}-search`} form={form} onFinish={search}>
        {fields.filter((field) => field.chip).map(({ name }) => <Form.Item key={name} name={name} hidden><Input /></Form.Item>)}
        {bars.map((field, index) => (
          <Form.Item key={field.name} name={field.name} label={field.label} hidden={!open && index >= SHOWN} className={field.wide ? 'z-search-wide' : ''}>
            {field.control ?? (field.options
              ? <Select allowClear options={field.options} showSearch={field.options.length > MANY && { optionFilterProp: 'label' }} placeholder={field.placeholder ?? '全部'} onChange={() => form.submit()} />
              : <Input allowClear maxLength={50} placeholder={field.placeholder ?? ''} />)}
          </Form.Item>
        ))}
        <div className="z-search-buttons">
          <Button type="primary" htmlType="submit" icon={<SearchOutlined aria-hidden />}>查询</Button>
          <Button onClick={reset}>重置</Button>
          {bars.length > SHOWN && (
            <Button type="link" aria-expanded={open} icon={open ? <UpOutlined aria-hidden /> : <DownOutlined aria-hidden />} onClick={() => setOpen(!open)}>
              {open ? '收起' : '展开'}
            </Button>
          )}
        </div>
      </Form>
    </search>
  )
}
