import { MessagePlanDocument, MessageTemplatesDocument, SendMessagesDocument, type MemberFilter, type MessagePlanQuery } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { freshKey } from '../../kit/fresh-key'
import { useLink } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { useSubmit } from '../../kit/use-submit'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import { noMessages, yuan } from './message-words'
import '../../styles/messages.css'

/** To whom: some members, or all that a filter finds. */
export type Chosen = { members: string[] } | { filter: MemberFilter }
interface Values { template: string; values?: Record<string, string> }
type Plan = MessagePlanQuery['system']['messagePlan']
interface Input { template: string; values: { name: string; value: string }[]; members?: string[]; filter?: MemberFilter }

/** 短信提醒: template and values, then what will be sent and what it costs, then the order. */
export function MessageDialog({ chosen, words, onClose, onDone }: { chosen: Chosen; words: string; onClose: () => void; onDone: () => void }) {
  const [planned, setPlanned] = useState<{ plan: Plan; input: Input } | null>(null)
  return (
    <DetailDrawer open title={`短信提醒 · ${words}`} onClose={onClose} size={520} sticky>
      <div hidden={planned !== null}><Fill chosen={chosen} onClose={onClose} onPlan={(plan, input) => setPlanned({ plan, input })} /></div>
      {planned && <Confirm {...planned} onBack={() => setPlanned(null)} onClose={onClose} onDone={onDone} />}
    </DetailDrawer>
  )
}

function Fill({ chosen, onClose, onPlan }: { chosen: Chosen; onClose: () => void; onPlan: (plan: Plan, input: Input) => void }) {
  const [form] = Form.useForm<Values>()
  const picked = Form.useWatch('template', form)
  const query = useQuery({ queryKey: ['message-templates'], queryFn: async ({ signal }) => (await ask(MessageTemplatesDocument, {}, signal)).system.messageTemplates, staleTime: 0 })
  const { submit, busy, problem } = useSubmit(form,
    async (values: Values) => {
      const template = query.data?.find(({ id }) => id === values.template)
      const filled = (template?.variables ?? []).map((name) => ({ name, value: (values.values?.[name] ?? '').trim() }))
      const input: Input = { template: values.template, values: filled, ...chosen }
      return { input, plan: (await ask(MessagePlanDocument, { input })).system.messagePlan }
    },
    ({ input, plan }) => onPlan(plan, input))
  return (
    <QueryBoundary query={query}>
      {(templates) => {
        const template = templates.find(({ id }) => id === picked)
        if (templates.length === 0) return <EmptyState text="还没有审核通过的短信模板，请先到“系统管理－短信设置”申请" />
        return (
          <Form<Values> name="messages" form={form} layout="vertical" onFinish={(values) => void submit(values)}>
            <Form.Item name="template" label="短信模板" rules={[{ required: true, message: '请选择短信模板' }]}>
              <Select placeholder="请选择" options={templates.map(({ id, name }) => ({ value: id, label: name }))} />
            </Form.Item>
            {template && <p className="z-sms-text">{template.text}</p>}
            {template?.variables.map((name) => (
              <Form.Item key={name} name={['values', name]} label={name} rules={[{ required: true, whitespace: true, message: `请填写${name}` }]}>
                <Input maxLength={35} showCount />
              </Form.Item>
            ))}
            <FormProblem problem={problem} />
            <div className="z-actions">
              <Button onClick={onClose}>取消</Button>
              <Button type="primary" htmlType="submit" loading={busy}>预览</Button>
            </div>
          </Form>
        )
      }}
    </QueryBoundary>
  )
}

function Confirm({ plan, input, onBack, onClose, onDone }: { plan: Plan; input: Input; onBack: () => void; onClose: () => void; onDone: () => void }) {
  // One key for this preview: a second press is the same order.
  const [key] = useState(freshKey)
  const { message } = App.useApp()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const link = useLink()
  const send = useAction(async () => (await ask(SendMessagesDocument, { key, input })).system.sendMessages, {
    done: (order) => {
      void queries.invalidateQueries({ queryKey: ['campaigns'] })
      void message.success(`已提交 ${order.count} 条短信`)
      onDone()
      onClose()
      void navigate(link(`/member/messages?campaign=${order.id}`))
    },
  })
  const short = plan.left !== null && plan.left < plan.parts
  return (
    <>
      {plan.preview && <blockquote className="z-sms-text" aria-label="短信预览">{plan.preview}</blockquote>}
      <dl className="z-facts">
        <div><dt>接收人</dt><dd>{plan.reachable} 人</dd></div>
        <div><dt>计费条数</dt><dd>{plan.parts} 条，约 {yuan(plan.fen)}</dd></div>
        <div><dt>本月剩余</dt><dd>{plan.left === null ? '不限' : `${plan.left} 条`}</dd></div>
        <div><dt>发送时间</dt><dd>{plan.waitsUntil ? `${instant(plan.waitsUntil)}（免打扰时段后自动发送）` : '立即发送'}</dd></div>
      </dl>
      {plan.unreachableCount > 0 && (
        <Alert className="z-gap-bottom" type="info" showIcon title={`${plan.unreachableCount} 人不能接收`}
          description={plan.unreachable.map(({ name, reason }) => `${name}（${noMessages[reason].label}）`).join('、')} />
      )}
      {short && <Alert className="z-gap-bottom" type="warning" showIcon title="本月短信余量不足，超出部分会等待，有余量后自动发送。" />}
      <div className="z-actions">
        <Button onClick={onBack}>返回修改</Button>
        <Button type="primary" disabled={plan.reachable === 0} loading={send.isPending} onClick={() => send.mutate(undefined)}>发送 {plan.reachable} 条</Button>
      </div>
    </>
  )
}
