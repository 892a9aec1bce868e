import {
  AddMeetingPeopleDocument, AnswerMeetingLeaveDocument, MeetingSeatsDocument, optionsOf, RecordMeetingAttendanceDocument, RecordMeetingMakeupDocument,
  type MeetingAttendance, type MeetingFullFragment, type MeetingPart, type MeetingPeopleFilter, type MeetingSeatFragment,
} from '@zhibu/api'
import { App, Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { useSubmit } from '../../kit/use-submit'
import { instant, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'
import type { Taking } from './meeting-page'
import { PeopleSelect, type Chosen } from './people-select'
import { attendances, leaveKinds, leaveStates, meetingParts, signWays } from './words'

const ONLY = [
  { value: 'open', label: '未签到' }, { value: 'asking', label: '请假待批' }, ...optionsOf(attendances), { value: 'EXEMPT', label: '不计入应到' }, { value: 'OBSERVER', label: '列席' },
]
const SEARCH: readonly SearchField[] = [{ name: 'search', label: '姓名', placeholder: '姓名或拼音' }, { name: 'only', label: '查看', options: ONLY }]

function filterOf({ search, only }: Record<string, string>): MeetingPeopleFilter {
  return {
    search: search ?? null,
    ...(only === 'open' ? { open: true, part: 'SHOULD' as const } : {}), ...(only === 'asking' ? { asking: true } : {}),
    ...(only === 'EXEMPT' || only === 'OBSERVER' ? { part: only } : {}), attendance: oneOf(attendances, only) ?? null,
  }
}

/** 参会名单: who should come, who came, and requests for leave. */
export function Roll({ one, onTaken }: Taking) {
  const { id, state } = one.meeting
  const [recording, setRecording] = useState<{ people: MeetingSeatFragment[]; clear: () => void } | null>(null)
  const [adding, setAdding] = useState(false)
  const [answering, setAnswering] = useState<MeetingSeatFragment | null>(null)
  const makeup = useAction(async ({ people, on }: { people: string[]; on: boolean; clear: () => void }) => (await ask(RecordMeetingMakeupDocument, { id, people, on })).meeting.recordMakeup, {
    success: '补学情况已登记', done: (next, { clear }) => { onTaken(next); clear() },
  })
  const records = state === 'RUNNING' || state === 'MINUTES_PENDING'
  const finished = state === 'FINISHED'
  const answers = records || state === 'PUBLISHED'
  const columns: ListColumn<MeetingSeatFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => row.name },
    { key: 'part', title: '身份', cell: (row) => <span className="z-inline"><StatusTag dict={meetingParts} value={row.part} />{row.partReason && <span className="z-muted">{row.partReason}</span>}</span> },
    { key: 'votes', title: '表决权', hidden: true, cell: (row) => (row.votes && row.part === 'SHOULD' ? '有' : '无') },
    {
      key: 'attendance', title: '出勤',
      cell: (row) => (
        <span className="z-inline">
          {row.attendance ? <StatusTag dict={attendances} value={row.attendance} /> : <span className="z-muted">{row.part === 'EXEMPT' ? '—' : '未签到'}</span>}
          {row.makeup && <span className="z-tag z-tag--info">已补学</span>}
        </span>
      ),
    },
    { key: 'signedAt', title: '签到时间', cell: (row) => instant(row.signedAt) },
    {
      key: 'way', title: '签到方式',
      cell: (row) => (row.way ? <span className="z-wrap">{signWays[row.way].label}{row.distance !== null && `（距会场 ${row.distance} 米）`}{row.signNote && <span className="z-muted">：{row.signNote}</span>}</span> : row.signNote ?? (row.joinedAt ? `${instant(row.joinedAt)} 进入视频会议，未签到` : '—')),
    },
    {
      key: 'leave', title: '请假',
      cell: (row) => (row.leaveState
        ? (
          <span className="z-inline z-wrap">
            <StatusTag dict={leaveStates} value={row.leaveState} />
            <span>{row.leaveKind && leaveKinds[row.leaveKind].label}：{row.leaveReason}</span>
            {row.leaveAnswer && <span className="z-muted">答复：{row.leaveAnswer}</span>}
          </span>
        )
        : '—'),
    },
    ...(answers
      ? [{
        key: 'act', title: '操作', fixed: 'right' as const,
        cell: (row: MeetingSeatFragment) => (
          <span className="z-inline">
            {row.leaveState === 'ASKED' && <Button type="link" size="small" aria-label={`审批请假：${row.name}`} onClick={() => setAnswering(row)}>审批请假</Button>}
            {records && row.part !== 'EXEMPT' && <Button type="link" size="small" aria-label={`登记：${row.name}`} onClick={() => setRecording({ people: [row], clear: () => {} })}>登记</Button>}
          </span>
        ),
      }]
      : []),
  ]
  return (
    <>
      <ListPage<MeetingSeatFragment>
        name="meeting-seats" label="参会名单" columns={columns} search={SEARCH} depends={[id]} empty="名单为空"
        rowKey={(row) => row.person} rowName={(row) => row.name}
        toolbar={(state === 'PUBLISHED' || state === 'RUNNING') && <Button onClick={() => setAdding(true)}>增加人员</Button>}
        {...(records || finished ? {
          batch: (rows: MeetingSeatFragment[], clear: () => void) => (records
            ? <Button size="small" onClick={() => setRecording({ people: rows, clear })}>登记出勤</Button>
            : (
              <>
                <Button size="small" loading={makeup.isPending} onClick={() => makeup.mutate({ people: rows.map(({ person }) => person), on: true, clear })}>登记补学</Button>
                <Button size="small" disabled={makeup.isPending} onClick={() => makeup.mutate({ people: rows.map(({ person }) => person), on: false, clear })}>取消补学</Button>
              </>
            )),
        } : {})}
        load={async ({ first, offset, filter }, signal) => (await ask(MeetingSeatsDocument, { meeting: id, first, offset, filter: filterOf(filter) }, signal)).meeting.people}
      />
      {recording && <RecordDrawer one={one} people={recording.people} onClose={() => setRecording(null)} onTaken={(next) => { recording.clear(); onTaken(next) }} />}
      {adding && <AddDrawer one={one} onClose={() => setAdding(false)} onTaken={onTaken} />}
      {answering && <LeaveDrawer one={one} seat={answering} onClose={() => setAnswering(null)} onTaken={onTaken} />}
    </>
  )
}

interface DrawerProps extends Taking { onClose: () => void }

/** 登记出勤 for one or several people. */
function RecordDrawer({ one, people, onClose, onTaken }: DrawerProps & { people: MeetingSeatFragment[] }) {
  const [form] = Form.useForm<{ attendance: MeetingAttendance | 'NONE'; note?: string }>()
  const { message } = App.useApp()
  const attendance = Form.useWatch('attendance', form) ?? 'PRESENT'
  const there = attendance === 'PRESENT' || attendance === 'LATE'
  const { submit, busy, problem } = useSubmit<{ attendance: MeetingAttendance | 'NONE'; note?: string }, MeetingFullFragment>(form, async (values) => (await ask(RecordMeetingAttendanceDocument, {
    id: one.meeting.id, people: people.map(({ person }) => person), attendance: values.attendance === 'NONE' ? null : values.attendance, note: values.note ?? null,
  })).meeting.recordAttendance, (next) => { onTaken(next); void message.success('出勤已登记'); onClose() })
  return (
    <DetailDrawer open title="登记出勤" onClose={onClose} sticky size={520}>
      <p className="z-gap-bottom">{people.slice(0, 12).map(({ name }) => name).join('、')}{people.length > 12 && ` 等 ${people.length} 人`}</p>
      <Form form={form} name="attendance" layout="vertical" initialValues={{ attendance: 'PRESENT' }} onFinish={(values) => void submit(values)}>
        <Form.Item name="attendance" label="出勤"><Radio.Group options={[...optionsOf(attendances), { value: 'NONE', label: '撤销登记' }]} /></Form.Item>
        <Form.Item name="note" label="原因" extra="记入操作日志" rules={there ? [{ required: true, whitespace: true, message: '请填写代为登记的原因' }] : []}>
          <Input.TextArea rows={2} maxLength={100} showCount placeholder="如：手机没电，现场核对" />
        </Form.Item>
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>登记</Button></div>
      </Form>
    </DetailDrawer>
  )
}

function AddDrawer({ one, onClose, onTaken }: DrawerProps) {
  const [form] = Form.useForm<{ people: Chosen[]; part: MeetingPart }>()
  const { message } = App.useApp()
  const { submit, busy, problem } = useSubmit<{ people: Chosen[]; part: MeetingPart }, MeetingFullFragment>(form, async ({ people, part }) => (await ask(AddMeetingPeopleDocument, {
    id: one.meeting.id, people: people.map(({ value }) => value), part,
  })).meeting.addPeople, (next) => { onTaken(next); void message.success('已加入参会名单'); onClose() })
  return (
    <DetailDrawer open title="增加人员" onClose={onClose} sticky size={520}>
      <Form form={form} name="add-people" layout="vertical" initialValues={{ part: 'SHOULD', people: [] }} onFinish={(values) => void submit(values)}>
        <Form.Item name="people" label="人员" rules={[{ required: true, message: '请选择人员' }]}><PeopleSelect label="人员" /></Form.Item>
        <Form.Item name="part" label="身份"><Radio.Group options={[{ value: 'SHOULD', label: '应到' }, { value: 'OBSERVER', label: '列席' }]} /></Form.Item>
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>加入名单</Button></div>
      </Form>
    </DetailDrawer>
  )
}

/** A request for leave with its answer. */
function LeaveDrawer({ one, seat, onClose, onTaken }: DrawerProps & { seat: MeetingSeatFragment }) {
  const [answer, setAnswer] = useState('')
  const act = useAction(async (granted: boolean) => (await ask(AnswerMeetingLeaveDocument, { id: one.meeting.id, person: seat.person, granted, answer: answer.trim() || null })).meeting.answerLeave, {
    success: '已答复', done: (next) => { onTaken(next); onClose() },
  })
  return (
    <DetailDrawer open title={`${seat.name}的请假`} onClose={onClose} sticky size={520}>
      <dl className="z-facts">
        <div><dt>请假类型</dt><dd>{seat.leaveKind ? leaveKinds[seat.leaveKind].label : '—'}</dd></div>
        <div><dt>申请时间</dt><dd>{instant(seat.leaveAt)}</dd></div>
        <div><dt>请假原因</dt><dd>{seat.leaveReason}</dd></div>
      </dl>
      <label className="z-field z-gap-bottom"><span>答复（选填）</span><Input.TextArea rows={3} maxLength={200} showCount value={answer} onChange={(event) => setAnswer(event.target.value)} /></label>
      <div className="z-actions">
        <Button onClick={onClose}>取消</Button>
        <Button danger disabled={act.isPending} onClick={() => act.mutate(false)}>不同意</Button>
        <Button type="primary" loading={act.isPending} onClick={() => act.mutate(true)}>同意</Button>
      </div>
    </DetailDrawer>
  )
}
