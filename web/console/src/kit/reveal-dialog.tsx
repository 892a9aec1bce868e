import { OTHER_REASON, revealReasons } from '@zhibu/api'
import { Form, Input, Modal, Radio } from 'antd'
import { FormProblem } from './form-problem'
import { useSubmit } from './use-submit'

interface Values { choice: string; reason?: string }
interface RevealDialogProps<Result> {
  name: string
  title: string
  /** What is shown, and where it is recorded. */
  content: string
  okText: string
  open: boolean
  onClose: () => void
  reveal: (reason: string) => Promise<Result>
  onRevealed: (result: Result) => void
}

/** Asks why something masked is wanted in full; the answer goes into the audit record. */
export function RevealDialog<Result>({ name, title, content, okText, open, onClose, reveal, onRevealed }: RevealDialogProps<Result>) {
  const [form] = Form.useForm<Values>()
  const other = Form.useWatch('choice', form) === OTHER_REASON
  const { submit, busy, problem, clear } = useSubmit(form,
    ({ choice, reason }: Values) => reveal(choice === OTHER_REASON ? reason?.trim() ?? '' : choice),
    (result) => {
      onRevealed(result)
      onClose()
    })
  return (
    <Modal open={open} title={title} okText={okText} cancelText="取消" width={440} destroyOnHidden
      confirmLoading={busy} onOk={form.submit} onCancel={onClose} afterClose={clear}>
      <p className="z-muted z-gap-bottom">{content}</p>
      <Form<Values> name={name} form={form} layout="vertical" preserve={false} onFinish={(values) => void submit(values)}>
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
