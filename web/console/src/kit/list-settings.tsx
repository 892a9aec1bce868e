import { SettingOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover, Radio } from 'antd'
import type { Density, Look } from './list-look'

interface ListSettingsProps {
  columns: { key: string; title: string; fixed?: boolean }[]
  look: Look
  onChange: (look: Look) => void
}

/** The button that chooses columns and density. */
export default function ListSettings({ columns, look, onChange }: ListSettingsProps) {
  const choose = (key: string, shown: boolean) =>
    onChange({ ...look, hidden: shown ? look.hidden.filter((one) => one !== key) : [...look.hidden, key] })
  const content = (
    <div className="z-look">
      <fieldset>
        <legend>显示的列</legend>
        {columns.map((column) => (
          <Checkbox key={column.key} disabled={column.fixed ?? false} checked={!look.hidden.includes(column.key)}
            onChange={(event) => choose(column.key, event.target.checked)}>{column.title}</Checkbox>
        ))}
      </fieldset>
      <fieldset>
        <legend>行距</legend>
        <Radio.Group name="density" value={look.density} onChange={(event) => onChange({ ...look, density: event.target.value as Density })}
          options={[{ value: 'large', label: '宽松' }, { value: 'medium', label: '适中' }, { value: 'small', label: '紧凑' }]} />
      </fieldset>
    </div>
  )
  return (
    <Popover trigger="click" placement="bottomRight" content={content}>
      <Button icon={<SettingOutlined aria-hidden />}>列设置</Button>
    </Popover>
  )
}
