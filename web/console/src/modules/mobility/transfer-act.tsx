import {
  ApproveTransferDocument, FileReceiptDocument, ReadReceiptDocument, ReissueLetterDocument, ResubmitTransferDocument, SendTransferBackDocument, WithdrawTransferDocument,
  type TransferAct, type TransferDetailFragment,
} from '@zhibu/api'
import { transferActs } from '@zhibu/api/mobility-words'
import { Alert, App, Button, Form, Input } from 'antd'
import { DateField } from '../../kit/date-field'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { BranchSelect, LetterFields, type Chosen } from './fields'
import { TextField } from './inbox'
import { Receiver } from './transfer-form-page'

interface Values { note?: string; validDays?: number; address?: string; phone?: string; to?: Chosen; receiver?: string; duesPaidTo?: string; receivedOn?: string; receiptNo?: string; text?: string }

async function send(act: TransferAct, { transfer: { id, version, electronic } }: TransferDetailFragment, values: Values): Promise<TransferDetailFragment> {
  const note = values.note?.trim() ?? ''
  const letter = { validDays: values.validDays ?? 0, address: values.address ?? '', phone: values.phone ?? '' }
  switch (act) {
    case 'APPROVE':
    case 'ACCEPT': return (await ask(ApproveTransferDocument, { id, version, note, letter: null })).mobility.approve
    case 'ISSUE_LETTER': return (await ask(ApproveTransferDocument, { id, version, note, letter })).mobility.approve
    case 'SEND_BACK': return (await ask(SendTransferBackDocument, { id, version, reason: note })).mobility.sendBack
    case 'RESUBMIT': return (await ask(ResubmitTransferDocument, { id, version, input: { note, to: values.to?.value ?? null, receiver: values.receiver || null, duesPaidTo: values.duesPaidTo?.trim() || null } })).mobility.resubmit
    case 'WITHDRAW': return (await ask(WithdrawTransferDocument, { id, version, reason: note })).mobility.withdraw
    case 'REISSUE': return (await ask(ReissueLetterDocument, { id, version, reason: note, receiver: values.receiver || null, letter })).mobility.reissue
    case 'FILE_RECEIPT':
    case 'PRINT_LETTER': return electronic && values.text
      ? (await ask(ReadReceiptDocument, { text: values.text })).mobility.readReceipt
      : (await ask(FileReceiptDocument, { id, version, receivedOn: values.receivedOn ?? '', receiptNo: values.receiptNo ?? '' })).mobility.fileReceipt
  }
}

/** One act with what it asks for. */
export function ActDrawer({ act, file, onClose, onTaken }: { act: TransferAct; file: TransferDetailFragment; onClose: () => void; onTaken: (file: TransferDetailFragment) => void }) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const { label, note, must, hint, danger } = transferActs[act]
  const { kind, electronic } = file.transfer
  const letter = act === 'ISSUE_LETTER' || act === 'REISSUE'
  const { submit, busy, problem } = useSubmit<Values, TransferDetailFragment>(form, (values) => send(act, file, values), (next) => {
    onTaken(next)
    void message.success(`已办理：${label}`)
    onClose()
  })
  return (
    <DetailDrawer open title={label} onClose={onClose} sticky size={520}>
      <Form<Values> form={form} name="act" layout="vertical" initialValues={{ validDays: 30, receivedOn: today(), ...file.letterhead }} onFinish={(values) => void submit(values)}>
        {hint && <Alert className="z-gap-bottom" type={danger ? 'warning' : 'info'} showIcon title={hint} />}
        {letter && <LetterFields />}
        {act === 'RESUBMIT' && kind === 'INTERNAL' && <Form.Item name="to" label="改为接收党支部" extra="不改可不选"><BranchSelect /></Form.Item>}
        {act === 'RESUBMIT' && <Form.Item name="duesPaidTo" label="党费交至" extra="不改可不填"><Input maxLength={7} placeholder="2026-10" /></Form.Item>}
        {(act === 'RESUBMIT' || act === 'REISSUE') && electronic && <Receiver required={false} />}
        {act === 'FILE_RECEIPT' && (electronic
          ? <TextField label="电子回执" />
          : (
            <>
              <Form.Item name="receivedOn" label="回执日期" rules={[{ required: true, message: '请选择回执日期' }]}><DateField notAfter={today()} /></Form.Item>
              <Form.Item name="receiptNo" label="回执编号" rules={[{ required: true, whitespace: true, message: '请输入回执编号' }]}><Input maxLength={40} /></Form.Item>
            </>
          ))}
        {note && <Form.Item name="note" label={note} rules={must ? [{ required: true, whitespace: true, min: 2, message: `请填写${note}` }] : []}><Input.TextArea rows={3} maxLength={200} showCount /></Form.Item>}
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" danger={danger ?? false} htmlType="submit" loading={busy}>{label}</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
