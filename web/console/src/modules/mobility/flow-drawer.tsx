import {
  CloseFlowDocument, DecideLostDocument, FindLostDocument, FlowFileDocument, LostCaseFileDocument, RecordContactDocument, RecordSearchDocument,
  type ContactRowFragment, type LostDecision,
} from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { DateField } from '../../kit/date-field'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useLink } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { optionsFrom, useEntries, wordFrom } from '../../kit/use-dictionary'
import { useSubmit } from '../../kit/use-submit'
import { day, instant, orDash, today } from '../../kit/words'
import { ask } from '../../net/ask'
import { decisions, flowKinds, flowStatuses, lostStates } from '@zhibu/api/mobility-words'
import '../../styles/mobility.css'

interface Note { on: string; way?: string; words?: string }

/** What is recorded, with which words. */
interface Recording { title: string; way?: true; label: string; must: boolean; hint?: string; danger?: true; send: (note: Note) => Promise<unknown> }

const OTHERS: Record<string, string> = { returned: '返回', opened: '登记失联', found: '恢复联系', suspend: '停止党籍', strike: '自行脱党除名' }

function Contacts({ rows }: { rows: ContactRowFragment[] }) {
  const entries = useEntries(['contact_way'])
  if (rows.length === 0) return <EmptyState text="还没有记录" />
  return (
    <ol className="z-history" aria-label="联系记录">
      {rows.map((one) => (
        <li key={one.id}>
          <p><b>{day(one.on)} {OTHERS[one.way] ?? wordFrom(entries.data, 'contact_way', one.way)}</b><span className="z-muted">{one.by} 于 {instant(one.at)} 登记</span></p>
          <p>{one.words}</p>
        </li>
      ))}
    </ol>
  )
}

function Record({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const [form] = Form.useForm<Note>()
  const entries = useEntries(['contact_way'])
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { title, way, label, must, hint, danger, send } = recording
  const { submit, busy, problem } = useSubmit<Note, unknown>(form, send, async () => {
    for (const key of ['flow', 'flow-in', 'lost', 'members']) void queries.invalidateQueries({ queryKey: [key] })
    void message.success(`已登记：${title}`)
    onClose()
  })
  return (
    <DetailDrawer open title={title} onClose={onClose} sticky size={480}>
      <Form<Note> form={form} name="record" layout="vertical" initialValues={{ on: today() }} onFinish={(values) => void submit(values)}>
        {hint && <Alert className="z-gap-bottom" type={danger ? 'warning' : 'info'} showIcon title={hint} />}
        <Form.Item name="on" label="日期" rules={[{ required: true, message: '请选择日期' }]}><DateField notAfter={today()} /></Form.Item>
        {way && <Form.Item name="way" label="联系方式" rules={[{ required: true, message: '请选择联系方式' }]}><Select placeholder="请选择" options={optionsFrom(entries.data, 'contact_way')} /></Form.Item>}
        <Form.Item name={way ? 'words' : 'note'} label={label} rules={must ? [{ required: true, whitespace: true, min: 2, message: `请填写${label}` }] : []}>
          <Input.TextArea rows={4} maxLength={must ? 500 : 200} showCount />
        </Form.Item>
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" danger={danger ?? false} htmlType="submit" loading={busy}>保存</Button></div>
      </Form>
    </DetailDrawer>
  )
}

const noteOf = (note: Note) => ((note as { note?: string }).note ?? '').trim()

/** One floating member with the contacts. */
export function FlowDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const [recording, setRecording] = useState<Recording | null>(null)
  const entries = useEntries(['flow_direction', 'flow_reason'])
  const link = useLink()
  const navigate = useNavigate()
  const file = useQuery({ queryKey: ['flow', 'one', id], queryFn: async ({ signal }) => (await ask(FlowFileDocument, { id }, signal)).mobility.flow })
  const one = file.data?.flow
  const word = (kind: string, code: string) => wordFrom(entries.data, kind, code)
  return (
    <DetailDrawer open title={one?.name ?? '流动党员'} onClose={onClose} extra={one?.editable && (
      <div className="z-inline">
        <Button onClick={() => void navigate(link(`/member/flow/${one.id}/edit`))}>编辑</Button>
        <Button onClick={() => setRecording({
          title: one.kind === 'OUT' ? '登记返回' : '登记离开', label: '说明', must: false, hint: one.kind === 'OUT' ? '返回后不再是流动党员，记录保留。' : '离开后不再统计，记录保留。',
          send: (note) => ask(CloseFlowDocument, { id, version: one.version, on: note.on, note: noteOf(note) }),
        })}>{one.kind === 'OUT' ? '登记返回' : '登记离开'}</Button>
        <Button type="primary" onClick={() => setRecording({
          title: '登记联系', way: true, label: '联系情况', must: true,
          send: (note) => ask(RecordContactDocument, { id, version: one.version, on: note.on, way: note.way ?? '', words: note.words ?? '' }),
        })}>登记联系</Button>
      </div>
    )}>
      <QueryBoundary query={file} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {({ flow, contacts }) => (
          <>
            <p className="z-inline"><StatusTag dict={flowKinds} value={flow.kind} /><StatusTag dict={flowStatuses} value={flow.status} /></p>
            {flow.alert && <Alert className="z-gap-bottom" type={flow.alert === 'RED' ? 'error' : 'warning'} showIcon title={`已超过 ${flow.alert === 'RED' ? 180 : 90} 天没有联系，请尽快联系并登记`} />}
            {flow.overdue && <Alert className="z-gap-bottom" type="warning" showIcon title="已超过预计返回日期，请核实是否返回" />}
            {flow.shouldSuspend && (
              <Alert className="z-gap-bottom" type="warning" showIcon title="出国（境）超过五年未返回，按规定应讨论是否停止党籍；与组织失去联系的，请登记失联后办理"
                action={<Link to={link('/member/flow/lost')}><Button size="small">登记失联</Button></Link>} />
            )}
            {flow.shouldTransfer && (
              <Alert className="z-gap-bottom" type="info" showIcon title="外出超过 6 个月且地点固定，建议转移组织关系"
                action={<Link to={link('/member/transfer/outbound')}><Button size="small">办理调动</Button></Link>} />
            )}
            <Section title="流动信息">
              <dl className="z-facts">
                <div><dt>本系统党支部</dt><dd>{flow.branch.shortName}</dd></div>
                <div><dt>公民身份号码</dt><dd>{flow.idNumber}</dd></div>
                <div><dt>手机号</dt><dd>{flow.mobile}</dd></div>
                <div><dt>{flow.kind === 'OUT' ? '外出流向' : '流入来源'}</dt><dd>{word('flow_direction', flow.direction)}</dd></div>
                <div><dt>流动原因</dt><dd>{word('flow_reason', flow.reason)}</dd></div>
                <div><dt>对方党组织</dt><dd>{orDash(flow.otherName)}</dd></div>
                <div><dt>对方联系人</dt><dd>{orDash(flow.otherContact)}</dd></div>
                <div><dt>流动日期</dt><dd>{day(flow.startedOn)}</dd></div>
                <div><dt>预计返回</dt><dd>{day(flow.expectedOn)}</dd></div>
                <div><dt>活动证编号</dt><dd>{orDash(flow.certificateNo)}</dd></div>
                <div><dt>结束日期</dt><dd>{day(flow.endedOn)}</dd></div>
                <div><dt>说明</dt><dd>{orDash(flow.note)}</dd></div>
              </dl>
            </Section>
            <Section title="联系记录"><Contacts rows={contacts} /></Section>
          </>
        )}
      </QueryBoundary>
      {recording && <Record recording={recording} onClose={() => setRecording(null)} />}
    </DetailDrawer>
  )
}

/** One lost member with what was tried and decided. */
export function LostDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const [recording, setRecording] = useState<Recording | null>(null)
  const entries = useEntries(['lost_contact_reason'])
  const file = useQuery({ queryKey: ['lost', 'one', id], queryFn: async ({ signal }) => (await ask(LostCaseFileDocument, { id }, signal)).mobility.lostCase })
  const one = file.data?.case
  const decides = usePermission('transfer.accept')
  const next: LostDecision = one?.state === 'SUSPENDED' ? 'STRIKE' : 'SUSPEND'
  return (
    <DetailDrawer open title={one?.name ?? '失联党员'} onClose={onClose} extra={one?.editable && (
      <div className="z-inline">
        {one.suggestion && decides && (
          <Button danger onClick={() => setRecording({
            title: decisions[next], label: '决定情况', must: true, danger: true, hint: next === 'SUSPEND' ? '请登记党组织讨论和上级批准的情况；停止党籍后不计入应到会人数。' : '除名后移入党员历史库。',
            send: (note) => ask(DecideLostDocument, { id, version: one.version, decision: next, on: note.on, note: noteOf(note) }),
          })}>登记{decisions[next]}</Button>
        )}
        {(one.state !== 'SUSPENDED' || decides) && <Button onClick={() => setRecording({
          title: '恢复联系', label: '联系情况', must: true, hint: one.state === 'SUSPENDED' ? '登记后恢复党籍。' : '登记后不再是失联党员。',
          send: (note) => ask(FindLostDocument, { id, version: one.version, on: note.on, note: noteOf(note) }),
        })}>恢复联系</Button>}
        <Button type="primary" onClick={() => setRecording({
          title: '登记查找', way: true, label: '查找情况', must: true,
          send: (note) => ask(RecordSearchDocument, { id, version: one.version, on: note.on, way: note.way ?? '', words: note.words ?? '' }),
        })}>登记查找</Button>
      </div>
    )}>
      <QueryBoundary query={file} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {({ case: lost, contacts }) => (
          <>
            <p className="z-inline"><StatusTag dict={lostStates} value={lost.state} /></p>
            {lost.suggestion && <Alert className="z-gap-bottom" type="warning" showIcon title={`已满规定时间，可由党组织研究是否${decisions[lost.suggestion]}；系统不会自动处理`} />}
            <Section title="失联情况">
              <dl className="z-facts">
                <div><dt>所在党支部</dt><dd>{lost.branch.shortName}</dd></div>
                <div><dt>失去联系日期</dt><dd>{day(lost.lostOn)}</dd></div>
                <div><dt>失联原因</dt><dd>{wordFrom(entries.data, 'lost_contact_reason', lost.reason)}</dd></div>
                <div><dt>停止党籍日期</dt><dd>{day(lost.suspendedOn)}</dd></div>
                <div><dt>最早可作出下一步决定</dt><dd>{day(lost.decidableOn)}</dd></div>
              </dl>
            </Section>
            <Section title="查找和处置记录"><Contacts rows={contacts} /></Section>
          </>
        )}
      </QueryBoundary>
      {recording && <Record recording={recording} onClose={() => setRecording(null)} />}
    </DetailDrawer>
  )
}
