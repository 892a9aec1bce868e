import { DeleteMembersDocument, endReasons, optionsOf, type EndReason } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Input, Modal, Select } from 'antd'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

interface Values { reason: EndReason; note: string }
interface Leaving { id: string; name: string }

/** How many members may be deleted at once. */
export const MOST = 100
const NAMED = 12

/** 删除: moves members to the history library, after a reason and a second question. */
export function DeleteMembers({ members, onClose, onDone }: { members: Leaving[]; onClose: () => void; onDone: () => void }) {
  const [form] = Form.useForm<Values>()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  const only = members.length === 1 ? members[0] : undefined
  const who = only ? `“${only.name}”` : `${members.length} 名党员`
  const names = members.slice(0, NAMED).map(({ name }) => name).join('、')
  const { submit, busy, problem } = useSubmit(form,
    async ({ reason, note }: Values) => (await ask(DeleteMembersDocument, { ids: members.map(({ id }) => id), reason, note: note.trim() })).directory.deleteMembers,
    async (count) => {
      onClose()
      onDone()
      void message.success(`已将 ${count} 名党员移入党员历史库`)
      await Promise.all(['members', 'former-members'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    })
  const again = (values: Values) => modal.confirm({
    title: `再次确认：删除 ${who}？`,
    content: `减少原因：${endReasons[values.reason].label}。此操作会立即生效。`,
    okText: '确认删除', cancelText: '取消', autoFocusButton: 'cancel', okButtonProps: { danger: true },
    onOk: () => submit(values),
  })
  return (
    <Modal open title={`删除 ${who}`} okText="继续" cancelText="取消" width={520} okButtonProps={{ danger: true }}
      confirmLoading={busy} onOk={form.submit} onCancel={onClose} mask={{ closable: false }}>
      {!only && <p>{names}{members.length > NAMED ? ` 等 ${members.length} 人` : ''}</p>}
      <Alert className="z-gap-bottom" type="warning" showIcon title="删除后，党员移入党员历史库，所任党内职务同时免去，登录账号停用。如有需要，可在党员历史库中还原。" />
      <Form<Values> name="delete-members" form={form} layout="vertical" onFinish={again}>
        <Form.Item name="reason" label="减少原因" rules={[{ required: true, message: '请选择减少原因' }]}>
          <Select placeholder="请选择" options={optionsOf(endReasons)} listHeight={360} />
        </Form.Item>
        <Form.Item name="note" label="说明" extra="如批准文号、去向、去世日期等" rules={[
          { required: true, whitespace: true, message: '请填写说明' }, { min: 2, max: 200, message: '说明为 2 至 200 个字' },
        ]}>
          <Input.TextArea rows={3} maxLength={200} showCount />
        </Form.Item>
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
