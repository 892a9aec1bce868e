import { View } from '@tarojs/components'
import { MiniMinutesDocument, MiniWriteMinutesDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { asRequestError } from '@zhibu/api/errors'
import type { MiniMinutesQuery } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { LongField } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { Card, Fact } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, back } from '@/lib/navigate'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { timeWords } from '../words'

interface Form { body: string; resolutions: string; tasks: string; reason: string }
const EMPTY: Form = { body: '', resolutions: '', tasks: '', reason: '' }

/** Who is not there, as it would be settled now; in a large meeting the first of them and how many they are. */
function away({ meeting: { leave, absent, open } }: MiniMinutesQuery): { leave: string; absent: string } {
  const granted = open.nodes.filter(({ leaveState }) => leaveState === 'GRANTED')
  const rest = open.nodes.filter((one) => !granted.includes(one))
  return {
    leave: namesOf([...leave.nodes, ...granted], leave.totalCount + granted.length),
    absent: namesOf([...absent.nodes, ...rest], absent.totalCount + open.totalCount - granted.length),
  }
}

const namesOf = (known: { name: string }[], all: number): string => `${known.map(({ name }) => name).join('、')}${all > known.length ? ` 等 ${all} 人` : ''}`

/** What minutes usually begin with, with who was there. */
function template(data: MiniMinutesQuery): string {
  const { meeting, host, recorder, speaker, agenda, observers } = data.meeting.meeting
  const { leave, absent } = away(data)
  const lines = [
    `时间：${timeWords(meeting.startsAt, meeting.endsAt)}`, `地点：${meeting.place ?? '视频会议'}`, host ? `主持人：${host.name}` : '', recorder ? `记录人：${recorder.name}` : '', speaker ? `主讲人：${speaker}` : '', observers ? `列席：${observers}` : '',
    `应到 ${meeting.should} 人，实到 ${meeting.attended} 人${meeting.late ? `（迟到 ${meeting.late} 人）` : ''}`, leave ? `请假：${leave}` : '', absent ? `缺席：${absent}` : '',
  ]
  return `${lines.filter(Boolean).join('\n')}\n\n会议议程：\n${agenda}\n\n会议内容：\n`
}

/** 会议纪要 (M-2.1): writing it ends the meeting; afterwards it is corrected, with the reason. */
export default function MinutesPage() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMinutesDocument, { id })
  const { value: form, change, start, forget, restored } = useDraft<Form>(`minutes.${id}`, EMPTY)
  const action = useAction()
  const data = query.data
  const whole = data?.meeting.meeting
  const correcting = whole?.meeting.state === 'FINISHED'
  useEffect(() => {
    if (!data) return
    const last = data.meeting.meeting.minutes[0]
    start(last ? { body: last.body, resolutions: last.resolutions ?? '', tasks: last.tasks ?? '', reason: '' } : { ...EMPTY, body: template(data) })
  }, [data, start])
  const send = async () => {
    if (!whole) return
    const question = correcting ? '更正后原来的纪要仍保留备查。' : '保存纪要后会议结束，签到和出勤不能再改。'
    if (!(await confirm(correcting ? '更正纪要' : '结束会议', question, '保存'))) return
    await action.run(async () => {
      const input = { body: form.body.trim(), resolutions: form.resolutions.trim() || null, tasks: form.tasks.trim() || null, reason: correcting ? form.reason.trim() : null }
      try {
        await ask(MiniWriteMinutesDocument, { id, version: whole.meeting.version, input })
      } catch (cause) {
        if (asRequestError(cause).code !== 'CONFLICT') throw cause
        const now = (await ask(MiniMinutesDocument, { id })).meeting.meeting.minutes[0]
        // Not ours whose answer was lost: what was written here stays, beside what is there now.
        if (now?.body !== input.body) {
          await query.reload()
          throw cause
        }
      }
      forget()
      done(correcting ? '已更正' : '会议已结束')
      back(`/pkg-meeting/hold/index?id=${id}`)
    })
  }
  const missing = data ? away(data) : null
  return (
    <Screen title={correcting ? '更正纪要' : '会议纪要'} ask={query}>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      {whole && missing ? (
        <Card title={whole.meeting.title}>
          <Fact label="应到">{whole.meeting.should} 人</Fact>
          <Fact label="实到">{whole.meeting.attended} 人{whole.meeting.late ? `（迟到 ${whole.meeting.late} 人）` : ''}</Fact>
          <Fact label="请假">{missing.leave || '无'}</Fact>
          <Fact label="缺席">{missing.absent || '无'}</Fact>
          {correcting ? null : <View className="soft">没有登记的人员，保存后记为缺席。人数不对时，请先到“参会人员”里登记。</View>}
        </Card>
      ) : null}
      <Card>
        <LongField label="会议内容" must max={50_000} value={form.body} onChange={(body) => change({ body })} fault={action.faultOf('body')} />
        {whole && !correcting ? <View className="pick" role="button" {...reach} onClick={() => { if (data) void confirm('重新生成', '用最新的出勤情况重新生成开头，下面写的内容会被替换。', '替换').then((yes) => { if (yes) change({ body: template(data) }) }) }}>按最新出勤重新生成</View> : null}
        <LongField label="会议决议" max={10_000} value={form.resolutions} onChange={(resolutions) => change({ resolutions })} fault={action.faultOf('resolutions')} placeholder="可不填" />
        <LongField label="待办事项" max={10_000} value={form.tasks} onChange={(tasks) => change({ tasks })} fault={action.faultOf('tasks')} placeholder="可不填" />
        {correcting ? <LongField label="更正原因" must max={200} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} /> : null}
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={form.body.trim().length < 10 || (correcting && !form.reason.trim())} onPress={() => void send()}>{correcting ? '保存更正' : '保存纪要并结束会议'}</Press>
    </Screen>
  )
}
