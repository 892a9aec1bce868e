import { Switch, View } from '@tarojs/components'
import { MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniPrepareVoteDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { SECRET, voteRules } from '@zhibu/api/meeting-words'
import type { MeetingVoteRule } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { called, Choices, Field, LongField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, back } from '@/lib/navigate'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'

interface Form { title: string; rule: MeetingVoteRule; options: string; most: number; secret: boolean }
const EMPTY: Form = { title: '', rule: 'RESOLUTION', options: '', most: 1, secret: false }
const RULES = (Object.keys(voteRules) as MeetingVoteRule[]).map((key) => ({ key, label: voteRules[key].label }))

/** 准备投票 (M-2.1): prepared beforehand, begun while the meeting runs. */
export default function Vote() {
  const [{ id, vote }] = useState(() => ({ id: asked('id') ?? '', vote: asked('vote') }))
  const query = useQuery(MiniMeetingDocument, { id })
  const { value: form, change, start, forget, restored } = useDraft<Form>(`vote.${vote ?? id}`, EMPTY)
  const action = useAction()
  const before = vote ? query.data?.meeting.meeting.votes.find((one) => one.id === vote) ?? null : null
  useEffect(() => { if (before) start({ title: before.title, rule: before.rule, options: before.options.join('\n'), most: before.most, secret: before.secret }) }, [before, start])
  // A vote that decides has 赞成, 反对, 弃权.
  const free = form.rule === 'NONE' || form.rule === 'ELECTION'
  const options = form.options.split('\n').map((line) => line.trim()).filter(Boolean)
  const most = Math.min(form.most, Math.max(1, options.length))
  const send = () => action.run(async () => {
    const input = { title: form.title.trim(), rule: form.rule, options: free ? options : [], most: free ? most : 1, secret: form.secret }
    await ask(MiniPrepareVoteDocument, { meeting: id, id: vote, version: before?.version ?? null, input })
    forget()
    done('已保存')
    back(`/pkg-meeting/hold/index?id=${id}`)
  })
  const whole = form.title.trim().length > 1 && (!free || options.length > 1) && (!vote || before !== null)
  return (
    <Screen title={vote ? '修改投票' : '准备投票'} ask={query}>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      <Card>
        <TextField label="投票事项" must max={200} value={form.title} onChange={(title) => change({ title })} fault={action.faultOf('title')} />
        <Field label="计票规则" must><Choices options={RULES} value={form.rule} onChange={(rule) => change({ rule })} /></Field>
        <View className="soft">{voteRules[form.rule].hint}</View>
        {free ? (
          <>
            <LongField label="选项，一行一个" must max={2000} value={form.options} onChange={(text) => change({ options: text })} fault={action.faultOf('options')} />
            <Field label="最多选几项" fault={action.faultOf('most')}>
              <Choices options={Array.from({ length: Math.max(1, Math.min(20, options.length)) }, (_, at) => ({ key: String(at + 1), label: `${at + 1} 项` }))} value={String(most)} onChange={(count) => change({ most: Number(count) })} />
            </Field>
          </>
        ) : <View>选项：赞成、反对、弃权</View>}
        <View className="row"><View className="row-text">不记名投票</View><Switch checked={form.secret} color="#b8151b" {...called('不记名投票')} onChange={(event) => change({ secret: event.detail.value })} /></View>
        <View className="soft">{form.secret ? `${SECRET}至少 3 人到会。` : '记名投票：会议管理员能看到谁投了什么。'}</View>
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send()}>保存</Press>
    </Screen>
  )
}
