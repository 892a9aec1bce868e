import { MobilityPeopleDocument, ReceivingBranchesDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useScope } from '../../app/scope'
import { optionsFrom, useEntries } from '../../kit/use-dictionary'
import { useSettled } from '../../kit/use-settled'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'

/** Something chosen with its name, which a draft brings back with it. */
export interface Chosen { value: string; label: string }

interface ChoiceProps { id?: string; value?: Chosen; onChange?: (value: Chosen | undefined) => void }

/** Kinds of organisation that have members of their own. */
export const BRANCHES = ['BRANCH', 'JOINT_BRANCH', 'PROVISIONAL_BRANCH', 'MOBILE_BRANCH'] as const

function Choice({ id, value, onChange, placeholder, found, onSearch, none }: ChoiceProps & {
  placeholder: string; none: string; onSearch: (typed: string) => void
  found: { data: Chosen[] | undefined; isFetching: boolean; isError: boolean; error: unknown }
}) {
  return (
    <Select<Chosen>
      {...(id ? { id } : {})} labelInValue allowClear value={value ?? (null as unknown as Chosen)} onChange={(chosen) => onChange?.(chosen as Chosen | undefined)}
      showSearch={{ filterOption: false, onSearch }} loading={found.isFetching} placeholder={placeholder}
      notFoundContent={found.isError ? errorSentence(found.error) : found.isFetching ? '正在查找…' : none} options={found.data ?? []}
    />
  )
}

/** Chooses one present member of the range. */
export function MemberSelect(props: ChoiceProps) {
  const { org } = useScope()
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['members', 'mobility', org, search],
    queryFn: async ({ signal }) => (await ask(MobilityPeopleDocument, { search: search || null, under: org }, signal)).directory.members.nodes
      .map((one): Chosen => ({ value: one.id, label: `${one.name}（${one.branch.shortName}）` })),
    placeholderData: keepPreviousData,
  })
  return <Choice {...props} found={found} onSearch={setTyped} placeholder="输入姓名、拼音查找党员" none="没有找到党员" />
}

/** Chooses a receiving branch anywhere in the tenant. */
export function BranchSelect(props: ChoiceProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['organisations', 'receiving', search],
    queryFn: async ({ signal }) => (await ask(ReceivingBranchesDocument, { search }, signal)).mobility.receivingBranches
      .map((one): Chosen => ({ value: one.id, label: one.above ? `${one.shortName}（${one.above}）` : one.shortName })),
    enabled: search.trim() !== '',
    placeholderData: keepPreviousData,
  })
  return <Choice {...props} found={found} onSearch={setTyped} placeholder="输入名称查找接收党支部" none={typed.trim() ? '没有找到党支部' : '请输入党支部名称'} />
}

/** 调动原因, 党费交至, 说明. */
export function TransferWords() {
  const entries = useEntries(['transfer_reason'])
  return (
    <>
      <Form.Item name="reason" label="调动原因" rules={[{ required: true, message: '请选择调动原因' }]}>
        <Select placeholder="请选择" options={optionsFrom(entries.data, 'transfer_reason')} />
      </Form.Item>
      <Form.Item name="duesPaidTo" label="党费交至" extra="年和月，例如 2026-10" rules={[{ pattern: /^\s*\d{4}-(0[1-9]|1[0-2])\s*$/, message: '请按“2026-10”的格式填写' }]}>
        <Input maxLength={7} placeholder="2026-10" autoComplete="off" />
      </Form.Item>
      <Form.Item name="note" label="说明"><Input.TextArea rows={2} maxLength={200} showCount /></Form.Item>
    </>
  )
}

/** 介绍信: days of validity, address and telephone of the committee. */
export function LetterFields() {
  return (
    <>
      <Form.Item name="validDays" label="有效期（天）" extra="省内一般 30 天，跨省一般 90 天，最长 90 天" rules={[{ required: true, message: '请选择有效期' }]}>
        <Select options={[10, 30, 60, 90].map((value) => ({ value, label: `${value} 天` }))} />
      </Form.Item>
      <Form.Item name="address" label="转出党委通讯地址" rules={[{ required: true, whitespace: true, min: 2, message: '请输入通讯地址' }]}><Input maxLength={100} /></Form.Item>
      <Form.Item name="phone" label="转出党委联系电话" rules={[{ required: true, whitespace: true, message: '请输入联系电话' }]}><Input maxLength={24} inputMode="tel" /></Form.Item>
    </>
  )
}
