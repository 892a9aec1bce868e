import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniMeetingKindsDocument, MiniMeetingPlacesDocument, MiniSaveMeetingDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { asRequestError } from '@zhibu/api/errors'
import { meetingAttends } from '@zhibu/api/meeting-words'
import type { MeetingAttend, MiniMeetingPlacesQuery, MiniMeetingWholeFragment, MiniSeatFragment } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { Choices, DayField, Field, LongField, TextField, TimeField } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Problem, Skeleton } from '@/kit/states'
import { ask } from '@/lib/ask'
import { asked, back } from '@/lib/navigate'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { Finder, sources } from '../../pkg-manage/finder'
import { PlaceField } from '../place-field'
import { FenceField } from './fence-field'
import { EMPTY, formOf, inputOf, seatsOf, type Form } from './form'

interface Before { whole: MiniMeetingWholeFragment; seats: MiniSeatFragment[] }
type Draft = Form & { base: number }
const ATTENDS = (Object.keys(meetingAttends) as MeetingAttend[]).map((key) => ({ key, label: meetingAttends[key].label }))
const LENGTHS = [60, 90, 120, 180, 240]
const lengthWords = (minutes: number): string => (minutes % 60 ? `${Math.floor(minutes / 60) ? `${Math.floor(minutes / 60)} 小时 ` : ''}${minutes % 60} 分钟` : `${minutes / 60} 小时`)
/** Usual items of an agenda: a touch instead of typing. */
const ITEMS = ['学习文件精神', '讨论并通过决议', '开展批评和自我批评', '研究近期工作', '宣读发展党员情况', '党费收缴情况通报']
const NUMBERS = '一二三四五六七八九十'

/** 发布会议 or 修改会议 (M-2.1). */
export default function Edit() {
  const [id] = useState(() => asked('id'))
  const places = useQuery(MiniMeetingPlacesDocument, {})
  const [before, setBefore] = useState<Before | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const load = async () => {
    setFailure(null)
    try {
      const whole = (await ask(MiniMeetingDocument, { id: id ?? '' })).meeting.meeting
      setBefore({ whole, seats: await seatsOf(id ?? '') })
    } catch (cause) {
      setFailure(cause)
    }
  }
  useEffect(() => { if (id) void load() }, [id])
  const ready = places.data && (!id || before)
  return (
    <Screen title={id ? '修改会议' : '发布会议'} ask={places}>
      {failure ? <Problem cause={failure} retry={load} /> : null}
      {ready && places.data ? <Fill key={before?.whole.meeting.version} id={id} before={before} places={places.data.directory.organisations} reload={load} /> : failure ? null : <Skeleton />}
    </Screen>
  )
}

function Fill({ id, before, places, reload }: { id: string | null; before: Before | null; places: MiniMeetingPlacesQuery['directory']['organisations']; reload: () => Promise<void> }) {
  const [first] = places.nodes
  const only = places.totalCount === 1 && first ? [{ id: first.id, name: first.shortName }] : []
  const version = before?.whole.meeting.version ?? 0
  const { value: form, change, start, forget, restored } = useDraft<Draft>(`meeting.${id ?? 'new'}`, { ...EMPTY, place: only, base: version })
  const action = useAction()
  useEffect(() => { if (before) start({ ...formOf(before.whole, before.seats), base: before.whole.meeting.version }) }, [before, start])
  const place = form.place[0]?.id ?? ''
  const limits = useQuery(MiniMeetingKindsDocument, { organisation: place }, place !== '')
  const kinds = (place && limits.data?.meeting.typeLimits ? limits.data.meeting.typeLimits : []).filter(({ allowed, kind }) => (allowed && kind.active) || form.types.includes(kind.code)).map(({ kind }) => kind)
  const draft = !before || before.whole.meeting.state === 'DRAFT'
  const overtaken = before !== null && form.base !== version

  const take = (code: string) => {
    const types = form.types.includes(code) ? form.types.filter((one) => one !== code) : [...form.types, code].slice(0, 4)
    const kind = kinds.find((one) => one.code === types[0])
    const usual = (name: string | undefined) => (name ? `${Number(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(5, 7))}月${name}` : '')
    const untouched = !form.title.trim() || kinds.some(({ name }) => form.title === usual(name))
    change({ types, ...(untouched ? { title: usual(kind?.name) } : {}), ...(types.length === 1 && kind ? { attend: kind.attend } : {}) })
  }
  const add = (item: string) => {
    const lines = form.agenda.split('\n').filter((line) => line.trim())
    change({ agenda: [...lines, `${NUMBERS[lines.length] ?? lines.length + 1}、${item}`].join('\n') })
  }
  const send = (publish: boolean) => action.run(async () => {
    try {
      const input = inputOf(form, before)
      const saved = (await ask(MiniSaveMeetingDocument, { id, version: id ? version : null, input, publish: publish && draft })).meeting.save.meeting
      forget()
      done(publish && draft ? '已发布' : '已保存')
      if (id) back(`/pkg-meeting/hold/index?id=${saved.id}`)
      else void Taro.redirectTo({ url: `/pkg-meeting/hold/index?id=${saved.id}` })
    } catch (cause) {
      if (asRequestError(cause).code === 'CONFLICT') await reload()
      throw cause
    }
  })
  const whole = place !== '' && form.types.length > 0 && form.title.trim().length > 1 && form.day !== '' && form.time !== '' && form.agenda.trim().length > 1
    && (form.mode === 'VIDEO' || form.where.trim() !== '') && (form.attend !== 'NAMED' || form.named.length > 0)
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      {overtaken ? <View className="note" role="alert">这次会议后来在别处修改过，保存会用下面的内容替换它。</View> : null}
      <Card>
        <PlaceField places={places} chosen={form.place} onChange={(chosen) => change({ place: chosen, types: [] })} fault={action.faultOf('organisation')} />
        {place ? (
          <Field label="会议类型，可选 1 至 4 种" must fault={action.faultOf('types')}>
            {limits.failure && !limits.data ? <Problem cause={limits.failure} retry={limits.reload} brief /> : null}
            <View className="choices">
              {kinds.map(({ code, name }) => <View key={code} className={`choice${form.types.includes(code) ? ' on' : ''}`} role="checkbox" aria-checked={form.types.includes(code)} {...reach} onClick={() => take(code)}>{name}</View>)}
            </View>
            {limits.data && !kinds.length ? <View className="soft">上级没有允许这个党组织召开任何类型的会议</View> : null}
          </Field>
        ) : null}
        <TextField label="会议主题" must max={80} value={form.title} onChange={(title) => change({ title })} fault={action.faultOf('title')} />
      </Card>
      <Card title="时间和地点">
        <DayField label="日期" must value={form.day} onChange={(day) => change({ day })} fault={action.faultOf('startsAt')} />
        <TimeField label="开始时间" must value={form.time} onChange={(time) => change({ time })} />
        <Field label="预计时长" fault={action.faultOf('endsAt')}>
          <Choices options={[...new Set([...LENGTHS, form.minutes])].sort((left, right) => left - right).map((minutes) => ({ key: String(minutes), label: lengthWords(minutes) }))} value={String(form.minutes)} onChange={(minutes) => change({ minutes: Number(minutes) })} />
        </Field>
        {form.mode === 'VIDEO' ? null : <TextField label="会议地点" must max={100} value={form.where} onChange={(where) => change({ where })} fault={action.faultOf('place')} />}
        <FenceField fence={form.fence} onChange={(fence) => change({ fence })} fault={action.faultOf('fence.radius') ?? action.faultOf('fence.latitude')} />
      </Card>
      <Card title="议程">
        <LongField label="会议议程，一行一项" must max={5000} value={form.agenda} onChange={(agenda) => change({ agenda })} fault={action.faultOf('agenda')} />
        <Field label="常用议程，点一下加一行"><View className="choices">{ITEMS.map((item) => <View key={item} className="choice" role="button" {...reach} onClick={() => add(item)}>{item}</View>)}</View></Field>
      </Card>
      <Card title="参会人员">
        <Field label="参会范围" must><Choices options={ATTENDS} value={form.attend} onChange={(attend) => change({ attend })} /></Field>
        <Finder label={form.attend === 'NAMED' ? '指定的人员' : '增加的人员'} must={form.attend === 'NAMED'} source={sources.people} chosen={form.named} most={500} onChange={(named) => change({ named })} fault={action.faultOf('named')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send(true)}>{draft ? '发布' : '保存'}</Press>
      {draft ? <Press plain busy={action.busy} disabled={!whole} onPress={() => void send(false)}>存为草稿</Press> : null}
      {whole ? <View className="card soft">主持人、记录人、列席和不计入应到的人员，可在电脑上填写。</View> : <View className="card soft">填完标有“必填”的内容后可以发布</View>}
    </>
  )
}
