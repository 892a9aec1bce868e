import { BranchMembersDocument, ReceiversDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../kit/use-settled'
import { ask } from '../../net/ask'

interface ChoiceProps<Value> { id?: string; value?: Value; onChange?: (value: Value) => void }

/** Chooses an organisation of the whole tenant by its name. */
export function ReceiverSelect({ id, value, onChange, not }: ChoiceProps<string> & { not: string }) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['organisations', 'receivers', search],
    queryFn: async ({ signal }) => (await ask(ReceiversDocument, { search }, signal)).directory.receivers,
    enabled: search.length >= 2,
    placeholderData: keepPreviousData,
  })
  return (
    <Select
      id={id} value={value} onChange={onChange} showSearch={{ filterOption: false, onSearch: setTyped }} loading={found.isFetching}
      placeholder="输入组织名称查找（至少两个字）" notFoundContent={search.length < 2 ? '请输入组织名称' : found.isFetching ? '正在查找…' : '没有找到，请核对组织名称'}
      options={(found.data ?? []).filter((one) => one.id !== not).map((one) => ({ value: one.id, label: `${one.shortName}（${one.fullName}）` }))}
    />
  )
}

function MembersSelect({ id, value, onChange, branch }: ChoiceProps<string[]> & { branch: string }) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['members', 'of-branch', branch, search],
    queryFn: async ({ signal }) => (await ask(BranchMembersDocument, { under: branch, search: search || null }, signal)).directory.members.nodes,
    placeholderData: keepPreviousData,
  })
  return (
    <Select
      id={id} mode="multiple" value={value} onChange={onChange} showSearch={{ filterOption: false, onSearch: setTyped }} loading={found.isFetching}
      placeholder="输入姓名查找" notFoundContent={found.isFetching ? '正在查找…' : '没有找到'}
      options={(found.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
    />
  )
}

/** What a split makes, and who goes there. */
export function SplitFields({ branch }: { branch: string }) {
  return (
    <>
      <Form.Item name={['split', 'fullName']} label="新组织全称" rules={[{ required: true, whitespace: true, message: '请输入新组织全称' }]}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name={['split', 'shortName']} label="新组织简称" rules={[{ required: true, whitespace: true, message: '请输入新组织简称' }]}>
        <Input maxLength={30} autoComplete="off" />
      </Form.Item>
      <Form.Item name={['split', 'members']} label="转入新组织的党员" rules={[{ required: true, message: '请选择转入新组织的党员' }]}>
        <MembersSelect branch={branch} />
      </Form.Item>
    </>
  )
}
