import { View } from '@tarojs/components'
import { ApproveTransferDocument, FileReceiptDocument, ReissueLetterDocument, ResubmitTransferDocument, SendTransferBackDocument, WithdrawTransferDocument } from '@zhibu/api/documents/mobility'
import type { TransferAct, TransferDetailFragment } from '@zhibu/api/generated'
import { transferActs } from '@zhibu/api/mobility-words'
import { DayField, LongField, PickField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { today } from '@/lib/days'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { Finder, sources, type Chosen } from '../finder'
import { isMonth } from '../rules'

interface Form { note: string; validDays: string; address: string; phone: string; to: Chosen[]; duesPaidTo: string; receivedOn: string; receiptNo: string }
const EMPTY: Form = { note: '', validDays: '30', address: '', phone: '', to: [], duesPaidTo: '', receivedOn: '', receiptNo: '' }
const DAYS = ['10', '30', '60', '90'].map((key) => ({ key, label: `${key} 天` }))

async function send(act: TransferAct, { id, version }: { id: string; version: number }, form: Form): Promise<unknown> {
  const note = form.note.trim()
  const letter = { validDays: Number(form.validDays), address: form.address.trim(), phone: form.phone.trim() }
  switch (act) {
    case 'APPROVE':
    case 'ACCEPT': return ask(ApproveTransferDocument, { id, version, note, letter: null })
    case 'ISSUE_LETTER': return ask(ApproveTransferDocument, { id, version, note, letter })
    case 'SEND_BACK': return ask(SendTransferBackDocument, { id, version, reason: note })
    case 'RESUBMIT': return ask(ResubmitTransferDocument, { id, version, input: { note, to: form.to[0]?.id ?? null, receiver: null, duesPaidTo: form.duesPaidTo.trim() || null } })
    case 'WITHDRAW': return ask(WithdrawTransferDocument, { id, version, reason: note })
    case 'REISSUE': return ask(ReissueLetterDocument, { id, version, reason: note, receiver: null, letter })
    case 'FILE_RECEIPT':
    case 'PRINT_LETTER': return ask(FileReceiptDocument, { id, version, receivedOn: form.receivedOn, receiptNo: form.receiptNo.trim() })
  }
}

/** One act with what it asks for. */
export function Act({ act, file, onEnd, onTaken }: { act: TransferAct; file: TransferDetailFragment; onEnd: () => void; onTaken: () => Promise<void> }) {
  const { transfer } = file
  const start = { ...EMPTY, receivedOn: today(), address: file.letterhead?.address ?? '', phone: file.letterhead?.phone ?? '' }
  const { value: form, change, forget, restored } = useDraft<Form>(`transfer.${transfer.id}.${act}`, start)
  const action = useAction()
  const { label, note, must, hint, danger } = transferActs[act]
  const letter = act === 'ISSUE_LETTER' || act === 'REISSUE'
  const ready = (!must || form.note.trim().length >= 2) && (!letter || (form.address.trim().length >= 2 && form.phone.trim() !== ''))
    && (!form.duesPaidTo.trim() || isMonth(form.duesPaidTo)) && (act !== 'FILE_RECEIPT' || form.receiptNo.trim() !== '')
  const run = async () => {
    if (danger && !(await confirm(label, hint ?? '确定办理？', label.slice(0, 4)))) return
    await action.run(async () => {
      await send(act, transfer, form)
      forget()
      done('已办理')
      await onTaken()
    })
  }
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容，请核对日期</View> : null}
      <Card title={`${transfer.name}：${label}`}>
        {hint ? <View className="soft">{hint}</View> : null}
        {letter ? (
          <>
            <PickField label="有效期" must hint="省内一般 30 天，跨省一般 90 天，最长 90 天" options={DAYS} value={form.validDays} onChange={(validDays) => change({ validDays })} fault={action.faultOf('validDays')} />
            <TextField label="转出党委通讯地址" must value={form.address} onChange={(address) => change({ address })} fault={action.faultOf('address')} />
            <TextField label="转出党委联系电话" must max={24} value={form.phone} onChange={(phone) => change({ phone })} fault={action.faultOf('phone')} />
          </>
        ) : null}
        {act === 'RESUBMIT' && transfer.kind === 'INTERNAL' ? <Finder label="改为接收党支部" hint="不改可不选" source={sources.receiving} chosen={form.to} onChange={(to) => change({ to })} fault={action.faultOf('to')} /> : null}
        {act === 'RESUBMIT' ? <TextField label="党费交至" max={7} hint="不改可不填；年和月，如 2026-10" value={form.duesPaidTo} onChange={(duesPaidTo) => change({ duesPaidTo })} fault={action.faultOf('duesPaidTo')} /> : null}
        {act === 'FILE_RECEIPT' ? (
          <>
            <DayField label="回执日期" must value={form.receivedOn} onChange={(receivedOn) => change({ receivedOn })} fault={action.faultOf('receivedOn')} />
            <TextField label="回执编号" must max={40} value={form.receiptNo} onChange={(receiptNo) => change({ receiptNo })} fault={action.faultOf('receiptNo')} />
          </>
        ) : null}
        {note ? <LongField label={note} must={must ?? false} max={200} value={form.note} onChange={(words) => change({ note: words })} fault={action.faultOf('note') ?? action.faultOf('reason')} /> : null}
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!ready} onPress={() => void run()}>{label}</Press>
      <Press plain onPress={() => { forget(); onEnd() }}>取消</Press>
    </>
  )
}
