import { AnswerFeedbackDocument, CloseFeedbackDocument, FeedbackOneDocument, type FeedbackCaseRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { StatusTag } from '../../../kit/status-tag'
import { useSubmit } from '../../../kit/use-submit'
import { instant, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { feedbackKinds, feedbackStates } from '../../../kit/feedback-words'
import '../../../styles/messages.css'

/** One feedback with what was answered. */
export function CaseDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const found = useQuery({
    queryKey: ['feedback', 'one', id],
    queryFn: async ({ signal }) => (await ask(FeedbackOneDocument, { id }, signal)).system.feedbackCase,
  })
  return (
    <DetailDrawer open sticky title="建议反馈" onClose={onClose} size={640} extra={found.data && <Close row={found.data} />}>
      <QueryBoundary query={found} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {(row) => (
          <>
            <dl className="z-facts">
              <div><dt>租户</dt><dd>{row.tenant.name}</dd></div>
              <div><dt>类型</dt><dd>{feedbackKinds[row.kind].label}</dd></div>
              <div><dt>状态</dt><dd><StatusTag dict={feedbackStates} value={row.state} /></dd></div>
              <div><dt>提交时间</dt><dd>{instant(row.createdAt)}</dd></div>
              <div><dt>联系方式</dt><dd>{orDash(row.contact)}</dd></div>
            </dl>
            <Section title="内容"><p className="z-sms-text">{row.text}</p></Section>
            <Section title="答复">
              {row.answers.length === 0 && <p>还没有答复</p>}
              {row.answers.map((one) => (
                <div key={one.at}><p className="z-sms-text">{one.text}</p><p>{one.by}，{instant(one.at)}</p></div>
              ))}
            </Section>
            {row.state !== 'CLOSED' && <Answer key={row.version} row={row} />}
          </>
        )}
      </QueryBoundary>
    </DetailDrawer>
  )
}

function Answer({ row }: { row: FeedbackCaseRowFragment }) {
  const may = usePermission('plat.feedback.answer')
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ text: string }>()
  const { submit, busy, problem, clear } = useSubmit(form,
    ({ text }: { text: string }) => ask(AnswerFeedbackDocument, { id: row.id, version: row.version, text }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['feedback'] })
      void message.success('已答复')
    })
  if (!may) return null
  // What a colleague has answered meanwhile is shown first; what was typed is kept beside.
  const reload = async () => {
    const text = form.getFieldValue('text') as string
    await queries.invalidateQueries({ queryKey: ['feedback'] })
    await navigator.clipboard?.writeText(text).catch(() => undefined)
    clear()
  }
  return (
    <Form form={form} name="feedback-answer" layout="vertical" onFinish={(values) => void submit(values)}>
      <Form.Item name="text" label="答复内容" extra="提交人会看到答复，不会看到您的账号。" rules={[{ required: true, whitespace: true, min: 2, message: '请填写2个字以上' }]}>
        <Input.TextArea rows={4} maxLength={2000} showCount />
      </Form.Item>
      <FormProblem problem={problem} action={problem?.code === 'CONFLICT' && <Button size="small" onClick={() => void reload()}>载入最新内容</Button>} />
      <Button type="primary" htmlType="submit" loading={busy}>答复</Button>
    </Form>
  )
}

function Close({ row }: { row: FeedbackCaseRowFragment }) {
  const may = usePermission('plat.feedback.answer')
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const { message } = App.useApp()
  if (!may || row.state === 'CLOSED') return null
  return (
    <Button onClick={() => confirm({
      title: '关闭反馈',
      content: row.answers.length ? '关闭后不能再答复。' : '还没有答复。关闭后不能再答复，提交人只会看到“已关闭”。',
      okText: '关闭反馈',
      work: async () => {
        await ask(CloseFeedbackDocument, { id: row.id, version: row.version })
        await queries.invalidateQueries({ queryKey: ['feedback'] })
        void message.success('已关闭')
      },
    })}>关闭反馈</Button>
  )
}
