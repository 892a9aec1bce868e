import { Button, Checkbox, Form, Input } from 'antd'
import { Section } from '../detail-drawer'
import type { ExportColumn } from './export-choice'

const options = (columns: readonly ExportColumn[]) => columns.map(({ key, title }) => ({ value: key, label: title }))

/** The columns of an export; sensitive ones ask what they are for. */
export function ColumnFields({ columns }: { columns: ExportColumn[] }) {
  const form = Form.useFormInstance<{ plain: string[]; secret: string[] }>()
  const plain = columns.filter(({ sensitive }) => !sensitive)
  const secret = columns.filter(({ sensitive }) => sensitive)
  const all = (Form.useWatch('plain', form) ?? []).length === plain.length
  const wanted = (Form.useWatch('secret', form) ?? []).length > 0
  return (
    <>
      {/* With one thing to get there is nothing to choose. */}
      {plain.length === 1 ? <Form.Item name="plain" hidden><Checkbox.Group /></Form.Item> : <Section title="要导出的列" extra={<Button type="link" size="small" onClick={() => form.setFieldValue('plain', all ? [] : plain.map(({ key }) => key))}>{all ? '全不选' : '全选'}</Button>}>
        <Form.Item name="plain" dependencies={['secret']} rules={[({ getFieldValue }) => ({
          validator: (_rule, value: string[] | undefined) => ((value ?? []).length + ((getFieldValue('secret') as string[] | undefined) ?? []).length > 0
            ? Promise.resolve() : Promise.reject(new Error('请至少选择一列'))),
        })]}>
          <Checkbox.Group className="z-checks" options={options(plain)} />
        </Form.Item>
      </Section>}
      {secret.length > 0 && (
        <Section title={plain.length === 1 ? '含个人信息的内容' : '含个人信息的列'}>
          <Form.Item name="secret" extra="默认不导出。确有需要时再勾选，并填写用途。">
            <Checkbox.Group className="z-checks" options={secret.map(({ key, title }) => ({ value: key, label: <>{title}<span className="z-tag z-tag--bad z-mark">敏感</span></> }))} />
          </Form.Item>
          {wanted && (
            <Form.Item
              name="reason" label="导出用途" extra="用途会记入审计日志，并与您的姓名、导出时间一起作为水印写进文件。"
              rules={[{ required: true, whitespace: true, message: '请填写导出用途' }, { min: 2, max: 100, message: '导出用途为 2 至 100 个字' }]}
            >
              <Input maxLength={100} showCount autoComplete="off" placeholder="如：换届选举资格审查" />
            </Form.Item>
          )}
        </Section>
      )}
    </>
  )
}
