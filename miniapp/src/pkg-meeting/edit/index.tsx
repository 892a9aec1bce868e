import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniMeetingKindsDocument, MiniMeetingPlacesDocument, MiniSaveMeetingDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { asRequestError } from '@zhibu/api/errors'
import { meetingAttends, meetingModes } from '@zhibu/api/meeting-words'
import type { MeetingAttend, MeetingMode, MiniMeetingPlacesQuery, MiniMeetingWholeFragment, MiniSeatFragment } from '@zhibu/api/generated'
import { useEffect, useRef, useState } from 'react'
import { Choices, DayField, Field, LongField, TextField, TimeField } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Problem, Skeleton } from '@/kit/states'
import { ask } from '@/lib/ask'
import { freshId } from '@/lib/fresh-id'
import { asked, back } from '@/lib/navigate'
import { surely } from '@/lib/surely'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { Finder, sources } from '../../pkg-manage/finder'
import { PlaceField } from '../place-field'
import { FenceField } from './fence-field'
import { EMPTY, formOf, inputOf, isWrongLink, linkOf, seatsOf, type Form } from './form'

interface Before { whole: MiniMeetingWholeFragment; seats: MiniSeatFragment[] }
type Draft = Form & { base: number }
const ATTENDS = (Object.keys(meetingAttends) as MeetingAttend[]).map((key) => ({ key, label: meetingAttends[key].label }))
const MODES = (Object.keys(meetingModes) as MeetingMode[]).map((key) => ({ key, label: meetingModes[key].label }))
/** 迟到时限, in minutes. */
const LATE = [0, 5, 10, 15, 20, 30, 60]
const LENGTHS = [60, 90, 120, 180, 240]
const lengthWords = (minutes: number): string => (minutes % 60 ? `${Math.floor(minutes / 60) ? `${Math.floor(minutes / 60)} 小时 ` : ''}${minutes % 60} 分钟` : `${minutes / 60} 小时`)
/** Usual numbers to choose from, and the one that stands there. */
const among = (usual: number[], own: number, words: (number: number) => string) => [...new Set([...usual, own])].sort((left, right) => left - right).map((one) => ({ key: String(one), label: words(one) }))
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
  const { value: form, change, start, forget, restored } = useDraft<Draft>(`meeting.${id ?? 'new'}`, { ...(before ? formOf(before.whole, before.seats) : { ...EMPTY, place: only }), base: version })
  const action = useAction()
  const sent = useRef({ asks: '', key: '' })
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
      const asks = JSON.stringify(input)
      // What is sent again unchanged is the same meeting.
      if (sent.current.asks !== asks) sent.current = { asks, key: freshId() }
      const { key } = sent.current
      const save = () => ask(MiniSaveMeetingDocument, { id, version: id ? version : null, input, publish: publish && draft, key: id ? null : key })
      const saved = (await (id ? save() : surely(save))).meeting.save.meeting
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
    && (form.mode === 'VIDEO' || form.where.trim() !== '') && !isWrongLink(form) && (form.attend !== 'NAMED' || form.named.length > 0)
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
          <Choices options={among(LENGTHS, form.minutes, lengthWords)} value={String(form.minutes)} onChange={(minutes) => change({ minutes: Number(minutes) })} />
        </Field>
        <Field label="会议方式" fault={action.faultOf('mode')}><Choices options={MODES} value={form.mode} onChange={(mode) => change({ mode })} /></Field>
        {form.mode === 'VIDEO' ? null : <TextField label="会议地点" must max={100} value={form.where} onChange={(where) => change({ where })} fault={action.faultOf('place')} />}
        {form.mode === 'OFFLINE' ? null : (
          <TextField label="会议链接" max={500} value={form.link} onChange={(typed) => change({ link: linkOf(typed) })} placeholder="https://"
            fault={isWrongLink(form) ? '会议链接应以 https:// 开头' : action.faultOf('link')} hint="在其他会议软件中召开时填写，以 https:// 开头；不填时使用本系统的视频会议（须已开通）" />
        )}
        {form.mode === 'VIDEO' ? null : <FenceField fence={form.fence} onChange={(fence) => change({ fence })} fault={action.faultOf('fence.radius') ?? action.faultOf('fence.latitude')} />}
      </Card>
      <Card title="议程">
        <LongField label="会议议程，一行一项" must max={5000} value={form.agenda} onChange={(agenda) => change({ agenda })} fault={action.faultOf('agenda')} />
        <Field label="常用议程，点一下加一行"><View className="choices">{ITEMS.map((item) => <View key={item} className="choice" role="button" {...reach} onClick={() => add(item)}>{item}</View>)}</View></Field>
      </Card>
      <Card title="参会人员">
        <Field label="参会范围" must><Choices options={ATTENDS} value={form.attend} onChange={(attend) => change({ attend })} /></Field>
        <Finder label={form.attend === 'NAMED' ? '指定的人员' : '增加的人员'} must={form.attend === 'NAMED'} source={sources.people} chosen={form.named} most={500} onChange={(named) => change({ named })} fault={action.faultOf('named')} />
      </Card>
      <Card title="其他（可不填）">
        <TextField label="主讲人" max={60} value={form.speaker} onChange={(speaker) => change({ speaker })} fault={action.faultOf('speaker')} hint="党课等的主讲人，可以不是本组织党员" />
        <Field label="迟到时限" fault={action.faultOf('lateMinutes')} hint="开始后超过该时间签到的记为迟到">
          <Choices options={among(LATE, form.lateMinutes, (minutes) => `${minutes} 分钟`)} value={String(form.lateMinutes)} onChange={(minutes) => change({ lateMinutes: Number(minutes) })} />
        </Field>
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send(true)}>{draft ? '发布' : '保存'}</Press>
      {draft ? <Press plain busy={action.busy} disabled={!whole} onPress={() => void send(false)}>存为草稿</Press> : null}
      {whole ? <View className="card soft">主持人、记录人、列席和不计入应到的人员，可在电脑上填写。</View> : <View className="card soft">填完标有“必填”的内容后可以发布</View>}
    </>
  )
}
