import { Form, Select } from 'antd'
import { useState } from 'react'

/** An option, or options under a heading. */
export type ManyOption = { value: string; label: string } | { label: string; options: { value: string; label: string }[] }

interface ManySelectProps { id?: string; label: string; value?: string; onChange?: (value: string) => void; options: ManyOption[] }

/** Several values of a search bar, held as text with commas; the search begins when the list closes. */
export function ManySelect({ id, label, value = '', onChange, options }: ManySelectProps) {
  const form = Form.useFormInstance()
  const [before, setBefore] = useState(value)
  const [open, setOpen] = useState(false)
  return (
    <Select
      id={id} mode="multiple" allowClear aria-label={label} placeholder="全部" maxTagCount="responsive"
      showSearch={{ optionFilterProp: 'label' }} options={options}
      value={value ? value.split(',') : []}
      onChange={(next: string[]) => {
        onChange?.(next.join(','))
        if (!open) form.submit()
      }}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) setBefore(value)
        else if (before !== value) form.submit()
      }}
    />
  )
}
