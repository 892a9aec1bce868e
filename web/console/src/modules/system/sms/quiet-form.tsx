import { SetQuietHoursDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Modal, Select } from 'antd'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'

interface Values { quietFrom: number; quietUntil: number }
const hours = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => ({ value: first + at, label: `${first + at}:00` }))

/** 免打扰时段: longer than usual, never shorter. */
export function QuietForm({ quiet, onClose }: { quiet: Values; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(SetQuietHoursDocument, values),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sms'] })
      void message.success('免打扰时段已保存')
      onClose()
    })
  return (
    <Modal open title="修改免打扰时段" okText="保存" cancelText="取消" confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose}>
      <Form<Values> name="sms-quiet" form={form} layout="vertical" initialValues={quiet} onFinish={(values) => void submit(values)}>
        <Form.Item name="quietFrom" label="晚上开始时间" extra="最晚 21:00"><Select options={hours(13, 21)} /></Form.Item>
        <Form.Item name="quietUntil" label="早上结束时间" extra="最早 8:00"><Select options={hours(8, 12)} /></Form.Item>
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
