import { OTHER_REASON, RevealContactPhoneDocument, revealReasons } from '@zhibu/api'
import { Form, Input, Modal, Radio } from 'antd'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

interface Values { choice: string; reason?: string }
interface RevealPhoneProps { id: string; open: boolean; onClose: () => void; onPhone: (phone: string) => void }

/** Asks why a telephone number is wanted in full; the answer goes into the audit record. */
export function RevealPhone({ id, open, onClose, onPhone }: RevealPhoneProps) {
  const [form] = Form.useForm<Values>()
  const other = Form.useWatch('choice', form) === OTHER_REASON
  const { submit, busy, problem, clear } = useSubmit(form,
    async ({ choice, reason }: Values) =>
      (await ask(RevealContactPhoneDocument, { id, reason: choice === OTHER_REASON ? reason?.trim() ?? '' : choice })).directory.revealContactPhone,
    (phone) => {
      onPhone(phone)
      onClose()
    })
  return (
    <Modal open={open} title="查看联系电话" okText="查看号码" cancelText="取消" width={440} destroyOnHidden
      confirmLoading={busy} onOk={form.submit} onCancel={onClose} afterClose={clear}>
      <p className="z-muted z-gap-bottom">查看完整号码会被记录：查看人、时间和原因将写入该组织的变更记录。</p>
      <Form<Values> name="reveal-phone" form={form} layout="vertical" preserve={false} onFinish={(values) => void submit(values)}>
        <Form.Item name="choice" label="查看原因" rules={[{ required: true, message: '请选择查看原因' }]}>
          <Radio.Group className="z-stack" options={[...revealReasons, OTHER_REASON]} />
        </Form.Item>
        {other && (
          <Form.Item name="reason" label="原因说明" rules={[{ required: true, whitespace: true, message: '请填写原因' }, { min: 2, max: 100, message: '原因为 2 至 100 个字' }]}>
            <Input autoFocus maxLength={100} showCount autoComplete="off" />
          </Form.Item>
        )}
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
