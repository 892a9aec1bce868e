import { ConfirmElectionDocument, ReplyElectionDocument, ReportElectionDocument, RequestElectionDocument, type ElectionDetailFragment } from '@zhibu/api'
import { Alert, App, Button, Form, Input, InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { DateField } from '../../kit/date-field'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { optionsFrom, useEntries } from '../../kit/use-dictionary'
import { useSubmit } from '../../kit/use-submit'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { acts } from './words'

/** What every step of an election is given. */
export interface ActProps {
  one: ElectionDetailFragment
  word: (code: string | null) => string
  onClose: () => void
  onTaken: (next: ElectionDetailFragment) => void
}

/** A step in a drawer: its form, sent once. */
function Act<Values extends object>({ title, onClose, onTaken, send, initial, danger = false, children }: Omit<ActProps, 'one' | 'word'> & {
  title: string; send: (values: Values) => Promise<ElectionDetailFragment>; initial: Partial<Values>; danger?: boolean; children: ReactNode
}) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const { submit, busy, problem } = useSubmit<Values, ElectionDetailFragment>(form, send, (next) => {
    onTaken(next)
    void message.success(`已完成：${title}`)
    onClose()
  })
  return (
    <DetailDrawer open title={title} onClose={onClose} sticky size={560}>
      <Form<Values> form={form} name="election-act" layout="vertical" initialValues={initial} onFinish={(values) => void submit(values)}>
        {children}
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" danger={danger} htmlType="submit" loading={busy}>{title}</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}

/** 上报请示. */
export function RequestDrawer({ one, ...rest }: ActProps) {
  return (
    <Act<{ on: string; number?: string }> {...rest} title={acts.REQUEST} initial={{ on: today() }}
      send={async ({ on, number }) => (await ask(RequestElectionDocument, { id: one.id, version: one.version, on, number: number ?? null })).leadership.requestElection}>
      <Form.Item name="on" label="请示日期" rules={[{ required: true, message: '请选择请示日期' }]}><DateField notAfter={today()} /></Form.Item>
      <Form.Item name="number" label="请示文号"><Input maxLength={60} /></Form.Item>
    </Act>
  )
}

/** The superior's answer: to the request, or to the result. */
export function ReplyDrawer({ one, act, ...rest }: ActProps & { act: 'APPROVE' | 'REFUSE' | 'CONFIRM' }) {
  const approved = act !== 'REFUSE'
  const result = one.state === 'REPORTED'
  return (
    <Act<{ on: string; number?: string; note?: string }> {...rest} title={acts[act]} initial={{ on: today() }} danger={!approved}
      send={async ({ on, number, note }) => {
        const vars = { id: one.id, version: one.version, input: { approved, on, number: number ?? null, note: note ?? null } }
        return result ? (await ask(ConfirmElectionDocument, vars)).leadership.confirmElection : (await ask(ReplyElectionDocument, vars)).leadership.replyElection
      }}>
      {act === 'CONFIRM' && <Alert className="z-gap-bottom" type="info" showIcon title="批准后，当选人从选举大会之日起任职，系统权限随之生效；上一届成员的职务和权限同时结束。" />}
      <Form.Item name="on" label="批复日期" rules={[{ required: true, message: '请选择批复日期' }]}><DateField notAfter={today()} /></Form.Item>
      <Form.Item name="number" label="批复文号"><Input maxLength={60} /></Form.Item>
      <Form.Item name="note" label={approved ? '批复意见' : '不予批准的原因'} rules={approved ? [] : [{ required: true, whitespace: true, message: '请填写原因' }]}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
    </Act>
  )
}

interface ReportValues { on: string; division?: { on: string; present: number; yes: number; no: number; abstain: number }; duties?: Record<string, string> }

/** 报告选举结果, with who does what. */
export function ReportDrawer({ one, word, ...rest }: ActProps) {
  const entries = useEntries(['post'])
  const chosen = one.candidates.filter(({ elected }) => elected)
  const members = chosen.filter(({ post }) => post.endsWith('_member'))
  const committee = new Set([...chosen, ...one.staying].map(({ person }) => person)).size
  return (
    <Act<ReportValues> {...rest} title={acts.REPORT}
      initial={{ on: today(), duties: Object.fromEntries(members.map(({ id, post }) => [id, post])), division: { on: today(), present: committee, yes: committee, no: 0, abstain: 0 } }}
      send={async ({ on, division, duties = {} }) => (await ask(ReportElectionDocument, {
        id: one.id, version: one.version,
        input: members.length === 0 ? { on } : { on, division: division ?? null, duties: Object.entries(duties).map(([candidate, post]) => ({ candidate, post })) },
      })).leadership.reportElection}>
      <Form.Item name="on" label="报告日期" rules={[{ required: true, message: '请选择报告日期' }]}><DateField notAfter={today()} /></Form.Item>
      {members.length > 0 && (
        <fieldset className="z-vote">
          <legend>委员分工</legend>
          <p className="z-muted">全体委员（共 {committee} 人）开会分工：到会须达到半数，赞成须超过全体委员的半数。{one.staying.length > 0 && `继续任职：${one.staying.map(({ name, post }) => `${name}（${word(post)}）`).join('、')}。`}</p>
          {members.map((each) => (
            <Form.Item key={each.id} name={['duties', each.id]} label={`${each.name}的分工`}>
              <Select aria-label={`${each.name}的分工`} options={optionsFrom(entries.data, 'post')} showSearch={{ optionFilterProp: 'label' }} />
            </Form.Item>
          ))}
          <Form.Item name={['division', 'on']} label="分工会议日期" rules={[{ required: true, message: '请选择日期' }]}><DateField notAfter={today()} /></Form.Item>
          <div className="z-vote-numbers">
            {([['present', '到会委员'], ['yes', '赞成'], ['no', '反对'], ['abstain', '弃权']] as const).map(([key, label]) => (
              <Form.Item key={key} name={['division', key]} label={label} rules={[{ required: true, message: '请填写' }]}><InputNumber min={0} max={99} precision={0} className="z-block" /></Form.Item>
            ))}
          </div>
        </fieldset>
      )}
      <p className="z-muted">当选：{chosen.map(({ name, post }) => `${name}（${word(post)}）`).join('、') || '无'}</p>
    </Act>
  )
}
