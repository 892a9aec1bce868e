import { View } from '@tarojs/components'
import { MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniCancelMeetingDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { useState } from 'react'
import { Choices, Field, LongField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, back } from '@/lib/navigate'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { timeWords } from '../words'

const REASONS = ['时间调整，另行通知', '工作任务冲突', '会场不能使用']

/** 取消会议 (M-2.1): a meeting that was announced is called off, with the reason. */
export default function CallOff() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMeetingDocument, { id })
  const { value: form, change, forget } = useDraft(`call-off.${id}`, { reason: '' })
  const action = useAction()
  const meeting = query.data?.meeting.meeting.meeting
  const send = async () => {
    if (!meeting || !(await confirm('取消会议', '取消后不能恢复，参会人员会看到取消原因。', '取消会议'))) return
    await action.run(async () => {
      await ask(MiniCancelMeetingDocument, { id, version: meeting.version, reason: form.reason.trim() })
      forget()
      done('已取消')
      back(`/pkg-meeting/hold/index?id=${id}`)
    })
  }
  return (
    <Screen title="取消会议" ask={query}>
      {meeting ? <Card title={meeting.title}><View>{timeWords(meeting.startsAt, meeting.endsAt)}</View></Card> : null}
      <Card>
        <Field label="常用原因，点一下就填好"><Choices options={REASONS.map((words) => ({ key: words, label: words }))} value={form.reason} onChange={(reason) => change({ reason })} /></Field>
        <LongField label="取消原因" must max={200} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={form.reason.trim().length < 2} onPress={() => void send()}>取消会议</Press>
    </Screen>
  )
}
