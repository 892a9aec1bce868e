import { PurgePreviewDocument, ProposePurgeDocument } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Input, Modal } from 'antd'
import { FormProblem } from '../../kit/form-problem'
import { QueryBoundary } from '../../kit/states'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

/** What goes and what stays of somebody, by name. */
export function Remains({ person }: { person: string }) {
  const preview = useQuery({
    queryKey: ['purges', 'preview', person],
    queryFn: async ({ signal }) => (await ask(PurgePreviewDocument, { person }, signal)).directory.purgePreview,
    gcTime: 0,
  })
  return (
    <QueryBoundary query={preview}>
      {({ remains }) => (
        <>
          {([['将彻底删除', true], ['以匿名形式保留', false]] as const).map(([title, goes]) => (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              <ul>
                {remains.filter((one) => one.goes === goes).map((one) => (
                  <li key={one.title}><b>{one.title}</b>{one.count !== null && ` ${one.count} 项`}<span className="z-muted">：{one.note}</span></li>
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
    </QueryBoundary>
  )
}

/** 彻底删除: proposes that a record goes for ever; somebody else has to confirm it. */
export function PurgeDialog({ one, onClose, onDone }: { one: { id: string; name: string }; onClose: () => void; onDone: () => void }) {
  const [form] = Form.useForm<{ reason: string }>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { submit, busy, problem } = useSubmit(form,
    async ({ reason }: { reason: string }) => (await ask(ProposePurgeDocument, { person: one.id, reason: reason.trim() })).directory.proposePurge,
    async () => {
      onClose()
      onDone()
      void message.success('已提交，请另一名管理员在7天内确认')
      await queries.invalidateQueries({ queryKey: ['purges'] })
    })
  return (
    <Modal open title={`申请彻底删除“${one.name}”`} okText="提交申请" cancelText="取消" width={600} okButtonProps={{ danger: true }}
      confirmLoading={busy} onOk={form.submit} onCancel={onClose} mask={{ closable: false }}>
      <Alert className="z-gap-bottom" type="error" showIcon title="彻底删除后无法恢复。须由另一名有此权限的管理员在7天内确认，本人不能确认自己的申请。" />
      <Remains person={one.id} />
      <Form name="purge" form={form} layout="vertical" onFinish={(values) => void submit(values)}>
        <Form.Item name="reason" label="原因" extra="原因会长期保留，请勿填写姓名、号码等个人信息" rules={[
          { required: true, whitespace: true, message: '请填写原因' }, { min: 4, message: '原因为 4 至 200 个字' },
        ]}>
          <Input.TextArea rows={2} maxLength={200} showCount />
        </Form.Item>
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
