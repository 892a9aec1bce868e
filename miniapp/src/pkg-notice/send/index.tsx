import { Switch, View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniNoticePlanDocument, MiniNoticeStartDocument, MiniSendNoticeDocument } from '@zhibu/api/documents/mini-notice'
import { asRequestError } from '@zhibu/api/errors'
import { rungs } from '@zhibu/api/messaging-words'
import type { AnnouncementInput, AnnouncementRung, MiniNoticePlanQuery, MiniNoticeStartQuery } from '@zhibu/api/generated'
import { useState } from 'react'
import { called, Choices, Field, LongField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { freshId } from '@/lib/fresh-id'
import { surely } from '@/lib/surely'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { Finder, type Chosen } from '../../pkg-manage/finder'
import { placeSource, PlaceField } from '../../pkg-meeting/place-field'
import { isGiven, ladderOf, stepsOf, wanted, whenWords, type Step, type Values } from '../ladder'
import { Plan } from '../plan'

type Audience = 'own' | 'some'
interface Form { place: Chosen[]; audience: Audience; some: Chosen[]; title: string; text: string; off: AnnouncementRung[]; values: Values; key: string }
const EMPTY: Form = { place: [], audience: 'own', some: [], title: '', text: '', off: [], values: {}, key: '' }

/** 发布通知 on the phone (PC-4.5): to whole organisations; single people are chosen on a computer. */
export default function Send() {
  const query = useQuery(MiniNoticeStartDocument, {})
  return <Screen title="发布通知" ask={query}>{query.data ? <Fill start={query.data} /> : null}</Screen>
}

function Fill({ start: { messaging, directory } }: { start: MiniNoticeStartQuery }) {
  const places = directory.organisations
  const [first] = places.nodes
  const only = places.totalCount === 1 && first ? [{ id: first.id, name: first.shortName }] : []
  const { value: form, change: edit, forget, restored } = useDraft<Form>('notice', { ...EMPTY, place: only, key: freshId() })
  const [plan, setPlan] = useState<MiniNoticePlanQuery['messaging']['plan'] | null>(null)
  const checking = useAction()
  const sending = useAction()
  // What is edited is another notice: its key is that of no try before.
  const change = (part: Partial<Form>) => edit({ ...part, key: freshId() })
  const steps = stepsOf(messaging)
  const place = form.place[0]?.id ?? ''
  const input: AnnouncementInput = {
    organisation: place, title: form.title.trim(), text: form.text.trim(), organisations: form.audience === 'own' ? [place] : form.some.map(({ id }) => id), people: null, ladder: ladderOf(steps, form.off, form.values),
  }
  const check = () => checking.run(async () => setPlan((await ask(MiniNoticePlanDocument, { input })).messaging.plan))
  const send = () => sending.run(async () => {
    try {
      const { announcement } = (await surely(() => ask(MiniSendNoticeDocument, { key: form.key, input }))).messaging.send
      forget()
      done('已发布')
      void Taro.redirectTo({ url: `/pkg-notice/notice/index?id=${announcement.id}` })
    } catch (cause) {
      // What is wrong with a field is mended in the form.
      if (asRequestError(cause).fields.length) setPlan(null)
      throw cause
    }
  })
  const faultOf = (field: string) => checking.faultOf(field) ?? sending.faultOf(field)
  const whole = place !== '' && (form.audience === 'own' || form.some.length > 0) && input.title.length > 1 && input.text.length > 1 && isGiven(steps, form.off, form.values)
  const problem = checking.problem ?? (plan ? null : sending.problem)
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有发布的内容</View> : null}
      <Card>
        <TextField label="标题" must max={60} value={form.title} onChange={(title) => change({ title })} fault={faultOf('title')} />
        <LongField label="内容" must max={2000} value={form.text} onChange={(text) => change({ text })} fault={faultOf('text')} />
      </Card>
      <Card title="发给谁">
        <PlaceField label="以哪个党组织的名义发布" places={places} chosen={form.place} onChange={(chosen) => change({ place: chosen })} fault={faultOf('organisation')} />
        <Field label="接收的党员" must>
          <Choices options={[{ key: 'own', label: '本党组织（含下级）全体党员' }, ...(places.totalCount > 1 ? [{ key: 'some' as const, label: '选几个党组织' }] : [])]} value={form.audience} onChange={(audience) => change({ audience })} />
        </Field>
        {form.audience === 'some' ? <Finder label="接收的党组织（含下级）" must source={placeSource} chosen={form.some} most={100} onChange={(some) => change({ some })} fault={faultOf('organisations')} /> : null}
      </Card>
      <Ladder steps={steps} form={form} onChange={change} fault={faultOf('ladder')} />
      {problem ? <View className="note" role="alert">{problem}</View> : null}
      <Press busy={checking.busy} disabled={!whole} onPress={() => void check()}>下一步：核对人数和费用</Press>
      {whole ? null : <View className="card soft">填完标有“必填”的内容后可以继续</View>}
      {plan ? <Plan plan={plan} title={input.title} busy={sending.busy} problem={sending.problem} onSend={() => void send()} onClose={() => setPlan(null)} /> : null}
    </>
  )
}

/** How those are told who have not read it: as the tenant's rule has it, each way to be left out. */
function Ladder({ steps, form, onChange, fault }: { steps: Step[]; form: Form; onChange: (part: Partial<Form>) => void; fault: string | null }) {
  const turn = (rung: AnnouncementRung, on: boolean) => onChange({ off: on ? form.off.filter((one) => one !== rung) : [...form.off, rung] })
  const give = (rung: AnnouncementRung, name: string, value: string) => onChange({ values: { ...form.values, [rung]: { ...form.values[rung], [name]: value } } })
  return (
    <Card title="还怎样通知">
      <View className="soft">党员打开小程序就能在“消息通知”里看到。{steps.length ? '没有读的，再按本单位的规则通知：' : '本单位没有规定用别的方式通知。'}</View>
      {steps.map((step) => (
        <View key={step.rung} className="row">
          <View className="row-text">
            <View className="strong">{rungs[step.rung].label}</View>
            <View className="soft">{step.hindrance ?? whenWords(step)}</View>
          </View>
          {step.hindrance ? <View className="soft">不能用</View> : <Switch checked={!form.off.includes(step.rung)} color="#b8151b" {...called(rungs[step.rung].label)} onChange={(event) => turn(step.rung, event.detail.value)} />}
        </View>
      ))}
      {wanted(steps, form.off).flatMap(({ rung, template }) => (template?.variables ?? []).map((name) => (
        <TextField key={`${rung}.${name}`} label={`${rungs[rung].label}中的“${name}”`} must max={60} value={form.values[rung]?.[name] ?? ''} onChange={(value) => give(rung, name, value)} />
      )))}
      {fault ? <View className="bad" role="alert">{fault}</View> : null}
    </Card>
  )
}
