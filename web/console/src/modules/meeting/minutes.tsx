import { WriteMeetingMinutesDocument, type MeetingFullFragment, type MeetingRecordFragment, type MeetingSeatFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { useLink } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import { seatsOf } from './form-values'
import type { Taking } from './meeting-page'
import { template, type MinutesValues } from './minutes-template'

/** 纪要: written once, which ends the meeting; corrected afterwards with the reason, by versions. */
export function MinutesTab({ one, onTaken }: Taking) {
  const { state, id } = one.meeting
  const [correcting, setCorrecting] = useState(false)
  const [at, setAt] = useState<number | null>(null)
  const link = useLink()
  const writes = one.manages && ((state === 'RUNNING' || state === 'MINUTES_PENDING') || (state === 'FINISHED' && correcting))
  if (writes) return <Writing one={one} onTaken={(next) => { setCorrecting(false); setAt(null); onTaken(next) }} onCancel={state === 'FINISHED' ? () => setCorrecting(false) : null} />
  const shown = one.minutes.find(({ number }) => number === at) ?? one.minutes[0]
  if (!shown) return <Section title="会议纪要"><EmptyState text={state === 'CANCELLED' ? '会议已取消，没有纪要' : '会议开始后可以填写纪要'} /></Section>
  return (
    <>
      <Section title="会议纪要" extra={(
        <span className="z-inline">
          {one.manages && <Button onClick={() => setCorrecting(true)}>更正纪要</Button>}
          <Link to={link(`/meeting/list/${id}/minutes`)}><Button type="primary">打印纪要</Button></Link>
        </span>
      )}>
        <Version record={shown} latest={shown === one.minutes[0]} />
      </Section>
      {one.minutes.length > 1 && (
        <Section title="历次版本">
          <ul className="z-rows" aria-label="历次版本">
            {one.minutes.map((each) => (
              <li key={each.number}>
                <span>第 {each.number} 版 <span className="z-muted">{each.writtenBy}，{instant(each.writtenAt)}{each.reason && `；更正原因：${each.reason}`}</span></span>
                <Button size="small" disabled={each === shown} aria-label={`查看第 ${each.number} 版`} onClick={() => setAt(each.number)}>查看</Button>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function Version({ record, latest }: { record: MeetingRecordFragment; latest: boolean }) {
  return (
    <>
      {!latest && <Alert className="z-gap-bottom" type="warning" showIcon title={`这是第 ${record.number} 版，已被更正`} />}
      <p className="z-muted">第 {record.number} 版，{record.writtenBy} 于 {instant(record.writtenAt)} 填写{record.reason && `；更正原因：${record.reason}`}</p>
      <p>应到 {record.should} 人，出席 {record.present} 人，迟到 {record.late} 人，请假 {record.onLeave} 人，缺席 {record.absent} 人。</p>
      {([['会议内容', record.body], ['会议决议', record.resolutions], ['待办事项', record.tasks]] as const).filter(([, text]) => text).map(([title, text]) => (
        <section key={title}><h3 className="z-meeting-part">{title}</h3><div className="z-lines">{text}</div></section>
      ))}
    </>
  )
}

function Writing({ one, onTaken, onCancel }: Taking & { onCancel: (() => void) | null }) {
  const seats = useQuery({ queryKey: ['meeting', 'seated', one.meeting.id], queryFn: ({ signal }) => seatsOf(one.meeting.id, signal), staleTime: 0 })
  return <QueryBoundary query={seats}>{(all) => <WritingForm one={one} seats={all} onTaken={onTaken} onCancel={onCancel} />}</QueryBoundary>
}

function WritingForm({ one, seats, onTaken, onCancel }: Taking & { seats: MeetingSeatFragment[]; onCancel: (() => void) | null }) {
  const [form] = Form.useForm<MinutesValues>()
  const { message, modal } = App.useApp()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const link = useLink()
  const { id, version, state } = one.meeting
  const last = one.minutes[0]
  const correcting = state === 'FINISHED'
  const initial = last ? { body: last.body, resolutions: last.resolutions, tasks: last.tasks } : template(one, seats)
  const missing = seats.filter(({ part, attendance, leaveState }) => part === 'SHOULD' && attendance === null && leaveState !== 'GRANTED').length
  // Until something is typed, the beginning follows what happens in the meeting.
  const [fresh, before] = [JSON.stringify([initial.body, initial.resolutions]), useRef<string>(undefined)]
  useEffect(() => {
    const held = JSON.stringify([form.getFieldValue('body'), form.getFieldValue('resolutions')])
    if (held === before.current) {
      const [body, resolutions] = JSON.parse(fresh) as [string, string | null]
      form.setFieldsValue({ body, resolutions })
    }
    before.current = fresh
  }, [fresh, form])
  const refill = () => modal.confirm({
    title: '重新生成模板？', content: '会议内容和会议决议将按最新的签到和投票重新填写，已填写的文字会被替换。', okText: '重新生成', cancelText: '取消',
    onOk: () => { form.setFieldsValue(template(one, seats)) },
  })
  const open = one.votes.filter((vote) => vote.state === 'OPEN')
  return (
    <FormPage<MinutesValues, MeetingFullFragment>
      name="minutes" form={form} draft={`minutes-${id}`} withheld="" basis={last?.number ?? null} initialValues={initial}
      submitText={correcting ? '保存更正' : '保存纪要并结束会议'} cancelText={onCancel ? '取消' : '返回列表'}
      onCancel={onCancel ?? (() => void navigate(link('/meeting/list')))}
      send={async ({ body, resolutions, tasks, reason }) => (await ask(WriteMeetingMinutesDocument, {
        id, version, input: { body, resolutions: resolutions ?? null, tasks: tasks ?? null, reason: reason ?? null },
      })).meeting.writeMinutes}
      done={(next) => { onTaken(next); void message.success(correcting ? '更正已保存' : '纪要已保存，会议已结束') }}
      remedy={(problem, clear) => problem.code === 'CONFLICT' && (
        <Button size="small" onClick={() => void queries.refetchQueries({ queryKey: ['meeting', 'one', id] }).then(clear)}>载入最新内容并保留我填写的</Button>
      )}
    >
      {!correcting && (
        <Alert className="z-gap-bottom" type={open.length > 0 ? 'error' : 'warning'} showIcon
          title={open.length > 0 ? `投票“${open[0]?.title}”正在进行，请先结束投票再保存纪要` : '保存纪要后会议结束：签到和投票关闭，出勤锁定。'}
          description={missing > 0 && `还有 ${missing} 人没有签到也没有请假，保存后记为缺席。如有代为登记，请先在“参会名单”中办理。`} />
      )}
      {correcting && <Alert className="z-gap-bottom" type="info" showIcon title="更正会保存为新的版本，原版本保留。" />}
      <Section title={correcting ? '更正会议纪要' : '填写会议纪要'} extra={!correcting && <Button onClick={refill}>重新生成模板</Button>}>
        <Form.Item name="body" label="会议内容" rules={[{ required: true, whitespace: true, message: '请填写会议内容' }, { min: 10, message: '会议内容至少 10 个字' }]}>
          <Input.TextArea autoSize={{ minRows: 12, maxRows: 30 }} maxLength={50_000} showCount />
        </Form.Item>
        <Form.Item name="resolutions" label="会议决议"><Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} maxLength={10_000} showCount placeholder="每项一行" /></Form.Item>
        <Form.Item name="tasks" label="待办事项"><Input.TextArea autoSize={{ minRows: 2, maxRows: 12 }} maxLength={10_000} showCount placeholder="责任人、事项和完成时间，每项一行" /></Form.Item>
        {correcting && <Form.Item name="reason" label="更正原因" rules={[{ required: true, whitespace: true, message: '请填写更正原因' }]}><Input.TextArea rows={2} maxLength={500} showCount /></Form.Item>}
      </Section>
    </FormPage>
  )
}
