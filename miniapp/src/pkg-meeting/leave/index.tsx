import { View } from '@tarojs/components'
import { MiniAskLeaveDocument, MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { leaveKinds } from '@zhibu/api/meeting-words'
import type { MeetingLeaveKind } from '@zhibu/api/generated'
import { useState } from 'react'
import { Choices, Field, LongField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, back } from '@/lib/navigate'
import { surely } from '@/lib/surely'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { timeWords } from '../words'

const KINDS = (Object.keys(leaveKinds) as MeetingLeaveKind[]).map((key) => ({ key, label: leaveKinds[key].label }))
/** A touch instead of typing. */
const REASONS: Record<MeetingLeaveKind, string[]> = {
  SICK: ['身体不适，需要休息', '需到医院就诊'], PERSONAL: ['家中有事需要处理', '照顾家人'], DUTY: ['工作任务冲突', '值班'], AWAY: ['在外地，不能到会', '出差'], OTHER: ['交通不便'],
}

/** 请假 (M-1.3): kind and reason; what was written stays on the phone until it is sent. */
export default function Leave() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMeetingDocument, { id })
  const { value: form, change, forget, restored } = useDraft<{ kind: MeetingLeaveKind | null; reason: string }>(`leave.${id}`, { kind: null, reason: '' })
  const action = useAction()
  const meeting = query.data?.meeting.meeting.meeting
  const send = () => action.run(async () => {
    if (!form.kind) return
    const { kind, reason } = form
    await surely(() => ask(MiniAskLeaveDocument, { id, kind, reason: reason.trim() }))
    forget()
    done('已提交')
    back(`/pkg-meeting/detail/index?id=${id}`)
  })
  const whole = form.kind !== null && form.reason.trim().length > 1
  return (
    <Screen title="请假" ask={query}>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      {meeting ? <Card title={meeting.title}><View>{timeWords(meeting.startsAt, meeting.endsAt)}</View></Card> : null}
      <Card>
        <Field label="请假类型" must fault={action.faultOf('kind')}><Choices options={KINDS} value={form.kind} onChange={(kind) => change({ kind })} /></Field>
        {form.kind ? <Field label="常用原因，点一下就填好"><Choices options={REASONS[form.kind].map((words) => ({ key: words, label: words }))} value={form.reason} onChange={(reason) => change({ reason })} /></Field> : null}
        <LongField label="请假原因" must max={200} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send()}>提交请假</Press>
      <View className="card soft">由会议管理员审批；会议开始前可以撤回。</View>
    </Screen>
  )
}
