import { View } from '@tarojs/components'
import { MiniFormWordsDocument } from '@zhibu/api/documents/mini-manage'
import { StartInboundDocument, StartInternalDocument, StartOutboundDocument } from '@zhibu/api/documents/mobility'
import type { MemberType, MiniFormWordsQuery } from '@zhibu/api/generated'
import { dayFaults, idFacts, withoutProbation } from '@zhibu/api/member-rules'
import Taro from '@tarojs/taro'
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
import { isId, isMonth, optionsOf } from '../rules'

type Way = 'internal' | 'outbound' | 'inbound'
interface Form {
  way: Way; person: Chosen[]; to: Chosen[]; toName: string; reason: string | null; duesPaidTo: string; note: string
  name: string; ethnicity: string | null; educationLevel: string | null; workPost: string | null; memberType: MemberType; joinDate: string; conversionDate: string
  fromName: string; letterNo: string; issuedOn: string; validDays: string
}
const EMPTY: Form = {
  way: 'internal', person: [], to: [], toName: '', reason: null, duesPaidTo: '', note: '',
  name: '', ethnicity: null, educationLevel: null, workPost: null, memberType: 'FORMAL', joinDate: '', conversionDate: '', fromName: '', letterNo: '', issuedOn: '', validDays: '30',
}
const WAYS: { key: Way; label: string }[] = [{ key: 'internal', label: '系统内调动' }, { key: 'outbound', label: '调出系统外' }, { key: 'inbound', label: '系统外调入' }]
const HINTS: Record<Way, string> = {
  internal: '同一党委的，由接收党支部的管理员接收；不同党委的，先后由转出党委、接收党委、接收党支部审核。',
  outbound: '转出党委审核后开具介绍信；收到回执前，该党员仍由本组织管理。对方也使用本系统、要开电子介绍信的，请在电脑上发起。',
  inbound: '按对方开具的介绍信填写；接收党委核对后，由接收党支部接收。',
}
const TYPES: { key: MemberType; label: string }[] = [{ key: 'FORMAL', label: '正式党员' }, { key: 'PROBATIONARY', label: '预备党员' }]

/** 发起调动 (M-2.5): inside, to outside, or from outside by a letter. */
export default function TransferNew() {
  const query = useQuery(MiniFormWordsDocument, { kinds: ['transfer_reason', 'ethnicity', 'education_level', 'work_post'] })
  return <Screen title="发起调动" ask={query}>{query.data ? <Start words={query.data} /> : null}</Screen>
}

function Start({ words }: { words: MiniFormWordsQuery }) {
  const branches = words.directory.organisations
  const { value: form, change, forget, restored } = useDraft<Form>('transfer-new', EMPTY)
  const identity = useIdentity()
  const [branch, setBranch] = useState(onlyOf(branches))
  const action = useAction()
  const entries = words.system.dictionary
  const common = { reason: form.reason ?? '', duesPaidTo: form.duesPaidTo.trim() || null, note: form.note.trim() || null }
  const begin = async (): Promise<string> => {
    if (form.way === 'internal') return (await ask(StartInternalDocument, { input: { person: form.person[0]?.id ?? '', to: form.to[0]?.id ?? '', ...common } })).mobility.startInternal.transfer.id
    if (form.way === 'outbound') return (await ask(StartOutboundDocument, { input: { person: form.person[0]?.id ?? '', toName: form.toName.trim(), receiver: null, ...common } })).mobility.startOutbound.transfer.id
    const member = {
      ...idFacts(identity.sent.idNumber), ...identity.sent, name: form.name.trim(), branch: branch[0]?.id ?? '', memberType: form.memberType,
      ethnicity: form.ethnicity ?? '', educationLevel: form.educationLevel ?? '', workPost: form.workPost ?? '', joinDate: form.joinDate,
      conversionDate: form.memberType === 'FORMAL' ? form.conversionDate || null : null, floating: false,
    }
    return (await ask(StartInboundDocument, { input: { member, fromName: form.fromName.trim(), letterNo: form.letterNo.trim(), issuedOn: form.issuedOn, validDays: Number(form.validDays), ...common } })).mobility.startInbound.transfer.id
  }
  const send = () => action.run(async () => {
    const id = await begin()
    forget()
    done('已发起')
    void Taro.redirectTo({ url: `/pkg-manage/transfer/index?id=${id}` })
  })
  const formal = form.memberType === 'FORMAL'
  const birthDate = isId(identity.sent.idNumber) ? idFacts(identity.sent.idNumber).birthDate : undefined
  const days = form.way === 'inbound' && birthDate && form.joinDate ? dayFaults({ memberType: form.memberType, birthDate, joinDate: form.joinDate, conversionDate: formal ? form.conversionDate || undefined : undefined }, today()) : {}
  const whole = form.reason !== null && (!form.duesPaidTo.trim() || isMonth(form.duesPaidTo)) && {
    internal: form.person.length > 0 && form.to.length > 0,
    outbound: form.person.length > 0 && form.toName.trim() !== '',
    inbound: form.name.trim().length > 1 && identity.whole && branch.length > 0 && form.ethnicity !== null && form.educationLevel !== null
      && form.workPost !== null && form.joinDate !== '' && Object.keys(days).length === 0 && form.fromName.trim() !== '' && form.letterNo.trim() !== '' && form.issuedOn !== '',
  }[form.way]
  const { faultOf } = action
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      <Card>
        <Field label="调动类型" must><Choices options={WAYS} value={form.way} onChange={(way) => change({ way })} /></Field>
        <View className="soft">{HINTS[form.way]}</View>
      </Card>
      {form.way === 'inbound' ? (
        <>
          <Card title="转入的党员">
            <TextField label="姓名" must max={50} value={form.name} onChange={(name) => change({ name })} fault={faultOf('name')} />
            <IdentityFields identity={identity} faultOf={faultOf} />
            <PickField label="民族" must options={optionsOf(entries, 'ethnicity')} value={form.ethnicity} onChange={(ethnicity) => change({ ethnicity })} fault={faultOf('ethnicity')} />
            <PickField label="学历" must options={optionsOf(entries, 'education_level')} value={form.educationLevel} onChange={(educationLevel) => change({ educationLevel })} fault={faultOf('educationLevel')} />
            <PickField label="工作岗位" must options={optionsOf(entries, 'work_post')} value={form.workPost} onChange={(workPost) => change({ workPost })} fault={faultOf('workPost')} />
            <Field label="党员类型" must><Choices options={TYPES} value={form.memberType} onChange={(memberType) => change({ memberType })} /></Field>
            <DayField label="入党日期" must value={form.joinDate} onChange={(joinDate) => change({ joinDate })} fault={faultOf('joinDate') ?? days.joinDate} />
            {form.memberType === 'FORMAL' ? <DayField label="转正日期" must={!form.joinDate || !withoutProbation(form.joinDate)} value={form.conversionDate} onChange={(conversionDate) => change({ conversionDate })} fault={faultOf('conversionDate') ?? days.conversionDate} /> : null}
            <BranchField label="接收党支部" branches={branches} chosen={branch} onChange={setBranch} fault={faultOf('branch')} />
          </Card>
          <Card title="介绍信">
            <TextField label="转出党组织" must value={form.fromName} onChange={(fromName) => change({ fromName })} fault={action.faultOf('fromName')} />
            <TextField label="介绍信编号" must max={40} value={form.letterNo} onChange={(letterNo) => change({ letterNo })} fault={action.faultOf('letterNo')} />
            <DayField label="开具日期" must value={form.issuedOn} onChange={(issuedOn) => change({ issuedOn })} fault={action.faultOf('issuedOn')} />
            <TextField label="有效期（天）" must type="number" max={2} value={form.validDays} onChange={(validDays) => change({ validDays })} fault={action.faultOf('validDays')} />
          </Card>
        </>
      ) : (
        <Card title="调动的党员">
          <Finder label="调动的党员" must source={sources.people} chosen={form.person} onChange={(person) => change({ person })} fault={action.faultOf('person')} />
          {form.way === 'internal'
            ? <Finder label="接收党支部" must source={sources.receiving} chosen={form.to} onChange={(to) => change({ to })} fault={action.faultOf('to')} />
            : <TextField label="接收党组织" must value={form.toName} onChange={(toName) => change({ toName })} placeholder="对方党组织全称" fault={action.faultOf('toName')} />}
        </Card>
      )}
      <Card title="调动说明">
        <PickField label="调动原因" must options={optionsOf(entries, 'transfer_reason')} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} />
        <TextField label="党费交至" max={7} hint="年和月，如 2026-10" value={form.duesPaidTo} onChange={(duesPaidTo) => change({ duesPaidTo })} fault={action.faultOf('duesPaidTo')} />
        <LongField label="说明" max={200} value={form.note} onChange={(note) => change({ note })} fault={action.faultOf('note')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send()}>提交</Press>
      {whole ? null : <View className="card soft">填完标有“必填”的内容后可以提交</View>}
    </>
  )
}
