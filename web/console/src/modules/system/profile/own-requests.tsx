import { EDUCATION_HEADINGS, OwnRequestsDocument, RECORD_FIELDS, RequestChangesDocument, WithdrawRequestDocument, type OwnRequestsQuery, type RecordField } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { DateField } from '../../../kit/date-field'
import { Section } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { QueryBoundary } from '../../../kit/states'
import { StatusTag } from '../../../kit/status-tag'
import { useAction } from '../../../kit/use-action'
import { optionsFrom, useEntries } from '../../../kit/use-dictionary'
import { useSubmit } from '../../../kit/use-submit'
import { instant, today } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { requestStates } from '../../member/record-words'
import { ChangesTable } from '../../member/request-changes'
import { FIELDS, type Own } from './fields'

type Found = OwnRequestsQuery['directory']['ownRequests']
interface Wanted { field?: RecordField; value?: string | null }
interface Values { changes: Wanted[]; reason: string }

const OWN = ['own-requests']

/** What the person wants changed and may not change alone. */
export function OwnRequests({ own }: { own: Own }) {
  const [asking, setAsking] = useState(false)
  const found = useQuery({ queryKey: OWN, queryFn: async ({ signal }) => (await ask(OwnRequestsDocument, {}, signal)).directory.ownRequests })
  const waiting = found.data?.requests.some(({ state }) => state === 'WAITING') ?? false
  return (
    <Section title="资料变更申请" extra={<Button disabled={!found.data || waiting} onClick={() => setAsking(true)}>申请变更</Button>}>
      <p className="z-muted">不能自行修改的资料项有误时，可以在这里申请变更，由所在党支部或上级管理员审核。{waiting && '已有待审核的申请，审核或撤回后可再次申请。'}</p>
      <QueryBoundary query={found}>{({ requests }) => <>{requests.map((one) => <One key={one.id} one={one} />)}</>}</QueryBoundary>
      {asking && found.data && <Ask key={own.version} fields={found.data.fields} onClose={() => setAsking(false)} />}
    </Section>
  )
}

function One({ one }: { one: Found['requests'][number] }) {
  const queries = useQueryClient()
  const withdraw = useAction(async () => (await ask(WithdrawRequestDocument, { id: one.id })).directory.withdrawRequest, { success: '已撤回', done: (next) => queries.setQueryData(OWN, next) })
  return (
    <div className="z-gap-bottom">
      <p className="z-inline">
        <StatusTag dict={requestStates} value={one.state} />
        <span>{instant(one.at)}：{one.reason}</span>
        {one.state === 'WAITING' && <Button size="small" loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>撤回</Button>}
      </p>
      {one.refusal && <p>拒绝原因：{one.refusal}</p>}
      <ChangesTable changes={one.changes} />
    </div>
  )
}

function Ask({ fields, onClose }: { fields: readonly RecordField[]; onClose: () => void }) {
  const [form] = Form.useForm<Values>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { data: entries } = useEntries(FIELDS.flatMap(({ kind }) => (typeof kind === 'object' ? [kind.dictionary] : [])))
  const chosen = Form.useWatch('changes', form) ?? []
  const open = RECORD_FIELDS.filter(({ field }) => fields.includes(field as RecordField))
  const { submit, busy, problem } = useSubmit<Values, Found>(form,
    async ({ changes, reason }) => (await ask(RequestChangesDocument, {
      changes: changes.flatMap(({ field, value }) => (field ? [{ field, value: value?.trim() || null }] : [])), reason: reason.trim(),
    })).directory.requestChanges,
    (next) => {
      queries.setQueryData(OWN, next)
      void message.success('已提交，请等待审核')
      onClose()
    })
  return (
    <Modal open title="申请变更资料" okText="提交" cancelText="取消" width={640} confirmLoading={busy} onOk={form.submit} onCancel={onClose} mask={{ closable: false }}>
      <Form<Values> name="request-changes" form={form} layout="vertical" initialValues={{ changes: [{}] }} onFinish={(values) => void submit(values)}>
        <Form.List name="changes">
          {(rows, { add, remove }) => (
            <>
              {rows.map(({ key, name }) => {
                const one = RECORD_FIELDS.find(({ field }) => field === chosen[name]?.field)
                return (
                  <div key={key} className="z-columns">
                    <Form.Item name={[name, 'field']} label="资料项" rules={[{ required: true, message: '请选择资料项' }]}>
                      <Select placeholder="请选择" listHeight={480} options={open.map(({ field, label }) => ({ value: field, label, disabled: chosen.some((other, at) => at !== name && other?.field === field) }))} />
                    </Form.Item>
                    <Form.Item name={[name, 'value']} label="变更为" extra="留空为清除此项">
                      {one && typeof one.kind === 'object'
                        ? <Select allowClear placeholder="请选择，可输入查找" showSearch={{ optionFilterProp: 'label' }}
                            options={optionsFrom(entries, one.kind.dictionary).filter(({ value }) => one.field !== 'EDUCATION_LEVEL' || !EDUCATION_HEADINGS.includes(value))} />
                        : one?.kind === 'day' ? <DateField notAfter={today()} /> : <Input maxLength={120} autoComplete="off" />}
                    </Form.Item>
                    {rows.length > 1 && <Button type="link" size="small" onClick={() => remove(name)}>移除此项</Button>}
                  </div>
                )
              })}
              {rows.length < open.length && <Button className="z-gap-bottom" onClick={() => add({})}>再加一项</Button>}
            </>
          )}
        </Form.List>
        <Form.Item name="reason" label="申请理由" rules={[{ required: true, whitespace: true, message: '请填写申请理由' }, { min: 2, message: '申请理由为 2 至 200 个字' }]}>
          <Input.TextArea rows={2} maxLength={200} showCount />
        </Form.Item>
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
