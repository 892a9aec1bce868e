import { View } from '@tarojs/components'
import { MiniSaveScheduleDocument, MiniSchedulesDocument, MiniWaysDocument } from '@zhibu/api/documents/mini-message'
import { asRequestError } from '@zhibu/api/errors'
import { aheadWords, scheduleRepeats, scheduleWays } from '@zhibu/api/messaging-words'
import type { ScheduleRepeat, ScheduleWay } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { Choices, DayField, Field, LongField, TextField, TimeField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { ask } from '@/lib/ask'
import { asked, back } from '@/lib/navigate'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { wantsConsent } from '@/platform/consent'
import { Consent } from '../consent'
import { wayHints, whenWords } from '../words'
import { EMPTY, formOf, inputOf, isPast, isSame } from './form'
import { handed } from './handed'

const LIST = '/pkg-message/schedules/index'
const REPEATS = (Object.keys(scheduleRepeats) as ScheduleRepeat[]).map((key) => ({ key, label: scheduleRepeats[key].label }))
const AHEADS = [0, 10, 30, 60, 120, 1440]

/** 新增日程 or 修改日程 (M-1.11). */
export default function Schedule() {
  const [id] = useState(() => asked('id'))
  const [before] = useState(() => handed(id))
  const query = useQuery(MiniWaysDocument, {})
  const [saved, setSaved] = useState<string | null>(null)
  const title = id ? '修改日程' : '新增日程'
  if (id && !before) return <Screen title={title}><Empty>没有找到这个日程，请从日程列表打开</Empty></Screen>
  if (saved) return <Screen title={title}><Saved words={saved} /></Screen>
  return <Screen title={title} ask={query}>{query.data ? <Fill id={id} ways={query.data.messaging.ways} onAsk={setSaved} /> : null}</Screen>
}

/** Where WeChat reminds, it wants to be allowed to. */
function Saved({ words }: { words: string }) {
  return (
    <>
      <View className="card result"><View className="result-mark" aria-hidden>✓</View><View className="result-words">已保存</View><View>{words}</View></View>
      <Consent />
      <Press onPress={() => back(LIST)}>返回日程</Press>
    </>
  )
}

function Fill({ id, ways, onAsk }: { id: string | null; ways: ScheduleWay[]; onAsk: (words: string) => void }) {
  const [before] = useState(() => handed(id))
  const { value: form, change, start, forget, restored } = useDraft(`schedule.${id ?? 'new'}`, EMPTY)
  const [unsure, setUnsure] = useState(false)
  const action = useAction()
  useEffect(() => { if (before) start(formOf(before)) }, [before, start])
  // What was usual may not be offered any more.
  const way = form.way && ways.includes(form.way) ? form.way : null
  const past = isPast(form)
  const whole = form.title.trim() !== '' && form.day !== '' && form.time !== '' && way !== null
  const send = () => action.run(async () => {
    const input = inputOf(form)
    try {
      const there = !id && unsure && (await ask(MiniSchedulesDocument, { first: 100, over: false })).messaging.schedules.nodes.some((one) => isSame(one, input))
      if (!there) await ask(MiniSaveScheduleDocument, { id, input })
    } catch (cause) {
      setUnsure(true)
      throw asRequestError(cause)
    }
    forget()
    if (wantsConsent && way === 'PUSH') return onAsk(`${input.title}，${whenWords(input)}`)
    done('已保存')
    back(LIST)
  })
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有保存的内容</View> : null}
      <Card>
        <TextField label="提醒我做什么" must max={40} value={form.title} onChange={(title) => change({ title })} fault={action.faultOf('title')} placeholder="如：参加支部党员大会" />
        <LongField label="备注" max={200} value={form.note} onChange={(note) => change({ note })} fault={action.faultOf('note')} />
      </Card>
      <Card title="时间">
        <DayField label="日期" must value={form.day} onChange={(day) => change({ day })} fault={action.faultOf('at')} />
        <TimeField label="时间" must value={form.time} onChange={(time) => change({ time })} fault={past ? '提醒的时间已经过了，请改成以后的时间，或少提前一些' : null} />
        <Field label="重复"><Choices options={REPEATS} value={form.repeat} onChange={(repeat) => change({ repeat })} /></Field>
        <Field label="什么时候提醒" fault={action.faultOf('aheadMinutes')}>
          <Choices options={[...new Set([...AHEADS, form.ahead])].sort((one, other) => one - other).map((minutes) => ({ key: String(minutes), label: aheadWords(minutes) }))} value={String(form.ahead)} onChange={(ahead) => change({ ahead: Number(ahead) })} />
        </Field>
      </Card>
      <Card title="怎样提醒">
        <Field label="提醒方式" must fault={action.faultOf('way')}>
          <Choices options={ways.map((key) => ({ key, label: scheduleWays[key].label }))} value={way} onChange={(chosen) => change({ way: chosen })} />
        </Field>
        {way && way !== 'VOICE' ? <View className="soft" role="status">{wayHints[way]}</View> : null}
      </Card>
      {way === 'VOICE' ? <View className="note ok" role="status">{wayHints.VOICE}</View> : null}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole || past} onPress={() => void send()}>保存</Press>
      {whole ? null : <View className="card soft">填完标有“必填”的内容后可以保存</View>}
    </>
  )
}
