import { RecordDevelopmentDocument, RelocateDevelopmentDocument, type DevelopmentDetailFragment, type DevelopmentEvent } from '@zhibu/api'
import { Alert, App, Button, Form, Input, Popconfirm } from 'antd'
import { DateField } from '../../kit/date-field'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { OrgPicker } from '../../kit/org-picker'
import { useSubmit } from '../../kit/use-submit'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { events } from '@zhibu/api/development-words'

/** Taking the case to another branch, which names it. */
export const RELOCATE = 'RELOCATE'
const BRANCHES = ['BRANCH', 'JOINT_BRANCH', 'PROVISIONAL_BRANCH', 'MOBILE_BRANCH'] as const

interface Values { on: string; note?: string; branch?: string }

/** Records what happens beside the steps: a hold, a withdrawal, a report upwards. */
export function EventDrawer({ event, file, onClose, onTaken }: {
  event: DevelopmentEvent
  file: DevelopmentDetailFragment
  onClose: () => void
  onTaken: (file: DevelopmentDetailFragment) => void
}) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const { label, note, danger, hint } = events[event]
  const { id, version } = file.case
  const { submit, busy, problem } = useSubmit<Values, DevelopmentDetailFragment>(
    form,
    async ({ on, note = '', branch = '' }) => (event === RELOCATE
      ? (await ask(RelocateDevelopmentDocument, { id, version, branch, on, note })).development.relocate
      : (await ask(RecordDevelopmentDocument, { id, version, event, on, note })).development.recordEvent),
    (next) => {
      onTaken(next)
      void message.success(`已登记：${label}`)
      onClose()
    },
  )
  return (
    <DetailDrawer open title={label} onClose={onClose} sticky size={480}>
      <Form<Values> form={form} name="event" layout="vertical" initialValues={{ on: today() }} onFinish={(values) => void submit(values)}>
        {hint && <Alert className="z-gap-bottom" type={danger ? 'warning' : 'info'} showIcon title={hint} />}
        {event === RELOCATE && (
          <Form.Item name="branch" label="转到" rules={[{ required: true, message: '请选择党支部' }]}><OrgPicker label="转到" kinds={BRANCHES} placeholder="请选择党支部" /></Form.Item>
        )}
        <Form.Item name="on" label="日期" rules={[{ required: true, message: '请选择日期' }]}><DateField notAfter={today()} /></Form.Item>
        <Form.Item name="note" label={note} rules={event === 'SUBMIT' ? [] : [{ required: true, whitespace: true, min: 2, message: `请填写${note}` }]}><Input.TextArea rows={4} maxLength={500} showCount /></Form.Item>
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          {danger
            ? <Popconfirm title={`确定${label}？`} description="登记后不能撤销。" okText="确定" cancelText="再想想" okButtonProps={{ danger: true }} onConfirm={() => form.submit()}><Button type="primary" danger loading={busy}>{label}</Button></Popconfirm>
            : <Button type="primary" htmlType="submit" loading={busy}>{label}</Button>}
        </div>
      </Form>
    </DetailDrawer>
  )
}
