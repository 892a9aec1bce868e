import { View } from '@tarojs/components'
import type { MiniProfileQuery, RecordField } from '@zhibu/api/generated'
import { RequestChangesDocument, WithdrawRequestDocument } from '@zhibu/api/documents/records'
import { RECORD_FIELDS } from '@zhibu/api/own-record'
import { requestStates } from '@zhibu/api/words'
import { useState } from 'react'
import { LongField, PickField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Fact, Tag } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { OwnInput, type Entries } from './own-input'

type Own = MiniProfileQuery['directory']['ownRequests']
interface Props { own: Own; entries: Entries; reload: () => Promise<void> }

/** 资料变更申请: what one may not change alone is asked for, and becomes so when it is approved. */
export function Requests({ own, entries, reload }: Props) {
  const [asking, setAsking] = useState(false)
  const action = useAction()
  const waiting = own.requests.some(({ state }) => state === 'WAITING')
  const withdraw = async (id: string) => {
    if (!(await confirm('撤回申请', '撤回后可以重新申请。'))) return
    await action.run(async () => {
      await ask(WithdrawRequestDocument, { id })
      done('已撤回')
      await reload()
    })
  }
  return (
    <>
      <Card title="资料变更申请">
        <View>其他内容有误时，可以申请变更，由所在党支部或上级管理员审核。{waiting ? '现有一项申请待审核，审核或撤回后可以再次申请。' : ''}</View>
        {waiting || asking || !own.fields.length ? null : <Press plain inline onPress={() => setAsking(true)}>申请变更</Press>}
      </Card>
      {asking ? <Ask own={own} entries={entries} onEnd={() => setAsking(false)} reload={reload} /> : null}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {own.requests.slice(0, 20).map((one) => (
        <Card key={one.id}>
          <View className="row"><View className="row-text">{momentWords(one.at)}</View><Tag tone={requestStates[one.state].tone}>{requestStates[one.state].label}</Tag></View>
          {one.changes.map(({ field, label, before, after }) => <Fact key={field} label={label}>{before ?? '（空）'} → {after ?? '（空）'}</Fact>)}
          <Fact label="理由">{one.reason}</Fact>
          {one.refusal ? <Fact label="拒绝原因">{one.refusal}</Fact> : null}
          {one.state === 'WAITING' ? <Press plain inline busy={action.busy} onPress={() => void withdraw(one.id)}>撤回</Press> : null}
        </Card>
      ))}
    </>
  )
}

const EMPTY: { field: RecordField | null; value: string; reason: string } = { field: null, value: '', reason: '' }

function Ask({ own, entries, onEnd, reload }: Props & { onEnd: () => void }) {
  const { value: form, change, forget } = useDraft('record-request', EMPTY)
  const action = useAction()
  const open = RECORD_FIELDS.filter(({ field }) => own.fields.includes(field as RecordField))
  const one = open.find(({ field }) => field === form.field)
  const send = () => action.run(async () => {
    if (!one) return
    await ask(RequestChangesDocument, { changes: [{ field: one.field as RecordField, value: form.value.trim() || null }], reason: form.reason.trim() })
    forget()
    done('已提交')
    onEnd()
    await reload()
  })
  return (
    <Card title="申请变更">
      <PickField label="资料项" must options={open.map(({ field, label }) => ({ key: field as RecordField, label }))} value={form.field} onChange={(field) => change({ field, value: '' })} />
      {one ? <OwnInput field={{ ...one, label: '变更为' }} entries={entries} value={form.value} onChange={(value) => change({ value })} fault={action.faultOf('changes.0.value')} /> : null}
      <LongField label="申请理由" must max={200} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} />
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
      <Press inline busy={action.busy} disabled={!one || form.reason.trim().length < 2} onPress={() => void send()}>提交</Press>
      <Press plain inline onPress={onEnd}>取消</Press>
    </Card>
  )
}
