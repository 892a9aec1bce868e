import { SaveNoticeBudgetDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, InputNumber, Modal, Radio } from 'antd'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { fenOf, yuan } from './words'

interface Values { limited: boolean; yuan?: number | null }

/** 每月预算: what text messages and calls may cost a month. */
export function BudgetForm({ budget: { monthFen, spentFen }, onClose }: { budget: { monthFen: number | null; spentFen: number }; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const limited = Form.useWatch('limited', form) ?? monthFen !== null
  const { submit, busy, problem } = useSubmit(form,
    async (values: Values) => {
      await ask(SaveNoticeBudgetDocument, { monthFen: values.limited ? fenOf(values.yuan ?? 0) : null })
    },
    async () => {
      await queries.invalidateQueries({ queryKey: ['notice-budget'] })
      void message.success('每月预算已保存')
      onClose()
    })
  return (
    <Modal open title="修改每月预算" okText="保存" cancelText="取消" confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose}>
      <p className="z-muted z-gap-bottom">本月已用 {yuan(spentFen)}。预算用完后，短信和语音电话不再发送，系统消息和平台消息不受影响。</p>
      <Form<Values> name="notice-budget" form={form} layout="vertical" initialValues={{ limited: monthFen !== null, yuan: monthFen === null ? null : monthFen / 100 }} onFinish={(values) => void submit(values)}>
        <Form.Item name="limited" label="每月预算"><Radio.Group options={[{ value: false, label: '不限' }, { value: true, label: '限定金额' }]} /></Form.Item>
        {limited && (
          <Form.Item name="yuan" label="金额（元）" rules={[{ required: true, message: '请填写金额' }]}>
            <InputNumber min={0} max={1_000_000} precision={2} step={100} className="z-block" />
          </Form.Item>
        )}
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
