import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniFormWordsDocument } from '@zhibu/api/documents/mini-manage'
import { StartFlowInDocument, StartFlowOutDocument } from '@zhibu/api/documents/mobility'
import type { FlowKind, MiniFormWordsQuery } from '@zhibu/api/generated'
import { flowKinds } from '@zhibu/api/mobility-words'
import { useState } from 'react'
import { Choices, DayField, Field, LongField, PickField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { today } from '@/lib/days'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { BranchField, onlyOf } from '../branch-field'
import { Finder, sources, type Chosen } from '../finder'
import { IdentityFields, useIdentity } from '../identity-fields'
import { optionsOf } from '../rules'

interface Form { kind: FlowKind; person: Chosen[]; name: string; direction: string | null; reason: string | null; startedOn: string; expectedOn: string; otherName: string; otherContact: string; certificateNo: string; note: string }
const EMPTY: Form = { kind: 'OUT', person: [], name: '', direction: null, reason: null, startedOn: '', expectedOn: '', otherName: '', otherContact: '', certificateNo: '', note: '' }
const KINDS = (['OUT', 'IN'] as const).map((key) => ({ key, label: flowKinds[key].label }))
const HINTS: Record<FlowKind, string> = {
  OUT: '外出 6 个月以上、不能参加原党支部活动的，登记为流动党员；组织关系仍在原党支部。',
  IN: '流入党员的组织关系仍在外地，只参加本支部活动，不计入党支部党员总数和应到会人数。',
}

/** 登记流动 (M-2.6): a member who goes away for a while, or one from elsewhere. */
export default function FlowNew() {
  const query = useQuery(MiniFormWordsDocument, { kinds: ['flow_direction', 'flow_reason'] })
  return <Screen title="登记流动" ask={query}>{query.data ? <Start words={query.data} /> : null}</Screen>
}

function Start({ words }: { words: MiniFormWordsQuery }) {
  const branches = words.directory.organisations
  const { value: form, change, forget, restored } = useDraft<Form>('flow-new', { ...EMPTY, startedOn: today() })
  const identity = useIdentity()
  const [branch, setBranch] = useState(onlyOf(branches))
  const action = useAction()
  const entries = words.system.dictionary
  const incoming = form.kind === 'IN'
  const send = () => action.run(async () => {
    const input = {
      direction: form.direction ?? '', reason: form.reason ?? '', startedOn: form.startedOn, expectedOn: form.expectedOn || null,
      otherName: form.otherName.trim() || null, otherContact: form.otherContact.trim() || null, certificateNo: form.certificateNo.trim() || null, note: form.note.trim() || null,
    }
    const id = incoming
      ? (await ask(StartFlowInDocument, { person: { branch: branch[0]?.id ?? '', name: form.name.trim(), ...identity.sent }, input })).mobility.startFlowIn.flow.id
      : (await ask(StartFlowOutDocument, { person: form.person[0]?.id ?? '', input })).mobility.startFlowOut.flow.id
    forget()
    done('已登记')
    void Taro.redirectTo({ url: `/pkg-manage/flow/index?id=${id}` })
  })
  const whole = form.direction !== null && form.reason !== null && form.startedOn !== ''
    && (incoming ? form.name.trim().length > 1 && identity.whole && branch.length > 0 && form.otherName.trim() !== '' : form.person.length > 0)
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      <Card>
        <Field label="流动类型" must><Choices options={KINDS} value={form.kind} onChange={(kind) => change({ kind })} /></Field>
        <View className="soft">{HINTS[form.kind]}</View>
      </Card>
      <Card title={incoming ? '流入的党员' : '流出的党员'}>
        {incoming ? (
          <>
            <BranchField label="本系统党支部" branches={branches} chosen={branch} onChange={setBranch} fault={action.faultOf('branch')} />
            <TextField label="姓名" must max={50} value={form.name} onChange={(name) => change({ name })} fault={action.faultOf('name')} />
            <IdentityFields identity={identity} faultOf={action.faultOf} />
          </>
        ) : <Finder label="流出的党员" must source={sources.people} chosen={form.person} onChange={(person) => change({ person })} fault={action.faultOf('person')} />}
      </Card>
      <Card title="流动信息">
        <PickField label={incoming ? '流入来源' : '外出流向'} must options={optionsOf(entries, 'flow_direction')} value={form.direction} onChange={(direction) => change({ direction })} fault={action.faultOf('direction')} />
        <PickField label="流动原因" must options={optionsOf(entries, 'flow_reason')} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} />
        <DayField label="流动日期" must value={form.startedOn} onChange={(startedOn) => change({ startedOn })} fault={action.faultOf('startedOn')} />
        <DayField label="预计返回日期" value={form.expectedOn} onChange={(expectedOn) => change({ expectedOn })} fault={action.faultOf('expectedOn')} />
        <TextField label={incoming ? '流出地党组织' : '流入地党组织'} must={incoming} value={form.otherName} onChange={(otherName) => change({ otherName })} fault={action.faultOf('otherName')} />
        <TextField label="对方联系人及电话" max={60} value={form.otherContact} onChange={(otherContact) => change({ otherContact })} fault={action.faultOf('otherContact')} />
        <TextField label="活动证编号" max={30} value={form.certificateNo} onChange={(certificateNo) => change({ certificateNo })} fault={action.faultOf('certificateNo')} />
        <LongField label="说明" max={200} value={form.note} onChange={(note) => change({ note })} fault={action.faultOf('note')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send()}>保存</Press>
      {whole ? null : <View className="card soft">填完标有“必填”的内容后可以保存</View>}
    </>
  )
}
