import { ApproveSmsDocument, type SmsCaseRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, Modal } from 'antd'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import '../../../styles/messages.css'

interface Values { code: string; variables?: string[] }

/** 通过: the carrier's sign name or template code, and its names for the variables. */
export function ApproveForm({ row, onClose }: { row: SmsCaseRowFragment; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const signature = row.kind === 'SIGNATURE'
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(ApproveSmsDocument, { input: { id: row.id, code: values.code.trim(), variables: (values.variables ?? []).map((name) => name.trim()) } }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sms-cases'] })
      void message.success('已通过，租户立即可用')
      onClose()
    })
  return (
    <Modal open title={`通过“${row.name}”`} okText="通过" cancelText="取消" confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose}>
      {row.text && <p className="z-sms-text">{row.text}</p>}
      <Form<Values> name="sms-approve" form={form} layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={{ code: signature ? row.name : '', variables: row.variables.map((_, at) => `p${at + 1}`) }}>
        <Form.Item name="code" label={signature ? '运营商签名名称' : '运营商模板 CODE'} rules={[{ required: true, whitespace: true, message: '请填写运营商通过的编号' }]}>
          <Input maxLength={40} placeholder={signature ? '' : row.kind === 'VOICE' ? 'TTS_100000001' : 'SMS_100000001'} />
        </Form.Item>
        {row.variables.map((name, at) => (
          <Form.Item key={name} name={['variables', at]} label={`{${name}} 在运营商模板中的变量名`} rules={[{ required: true, pattern: /^[A-Za-z0-9_]{1,20}$/, message: '字母、数字或下划线' }]}>
            <Input maxLength={20} />
          </Form.Item>
        ))}
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
