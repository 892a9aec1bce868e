import { GrantSupportDocument, type SupportRowFragment } from '@zhibu/api'
import { App, Button, Form, Radio, Select } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'

interface Values { hours: number; write: boolean }

/** 同意支持: as asked, shorter, or only to look. */
export function GrantForm({ row, onClose, onDone }: { row: SupportRowFragment; onClose: () => void; onDone: () => void }) {
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(GrantSupportDocument, { id: row.id, ...values }),
    () => {
      void message.success('已同意，您可以随时结束')
      onDone()
      onClose()
    })
  const hours = [...new Set([1, 4, 8, 24, 48, 72].filter((one) => one < row.hours).concat(row.hours))]
  return (
    <DetailDrawer open title={`同意 ${row.operator} 的支持`} onClose={onClose} size={440} sticky>
      <p className="z-lines">{row.reason}</p>
      <Form<Values> name="grant" form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ hours: row.hours, write: false }}>
        <Form.Item name="hours" label="时长"><Select options={hours.map((value) => ({ value, label: `${value} 小时` }))} /></Form.Item>
        <Form.Item name="write" label="范围" extra="无论哪种，都看不到完整的证件号码和电话，不能导出，也不能改角色、密码和安全设置。">
          <Radio.Group options={[{ value: false, label: '只查看' }, ...(row.write ? [{ value: true, label: '查看和修改' }] : [])]} />
        </Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>同意</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
