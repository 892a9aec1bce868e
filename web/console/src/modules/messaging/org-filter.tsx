import { Form } from 'antd'
import { OrgPicker } from '../../kit/org-picker'

/** An organisation in a search bar; the search begins when it is chosen. */
export function OrgFilter({ id, label, value, onChange }: { id?: string; label: string; value?: string; onChange?: (value: string) => void }) {
  const form = Form.useFormInstance()
  return (
    <OrgPicker {...(id ? { id } : {})} label={label} placeholder="全部" className="z-block" value={value || null}
      onChange={(next) => { onChange?.(next ?? ''); form.submit() }} />
  )
}
