import { NoticeMembersDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../kit/use-settled'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import type { Chosen } from './form-values'

interface PeopleSelectProps { id?: string; label: string; value?: Chosen[]; onChange?: (value: Chosen[]) => void }

/** Several members of the own range, found by name. */
export function PeopleSelect({ id, label, value = [], onChange }: PeopleSelectProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['members', 'notice', search],
    queryFn: async ({ signal }) => (await ask(NoticeMembersDocument, { search: search || null }, signal)).directory.members.nodes,
    placeholderData: keepPreviousData,
  })
  return (
    <Select<Chosen[]>
      id={id} mode="multiple" labelInValue allowClear aria-label={label} placeholder="输入姓名查找，可选多人" loading={found.isFetching}
      value={value} onChange={(next) => { setTyped(''); onChange?.(next.map((one) => ({ value: one.value, label: String(one.label) }))) }}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      notFoundContent={found.isError ? errorSentence(found.error) : found.isFetching ? '正在查找…' : '没有找到党员'}
      options={(found.data ?? []).map((one) => ({ value: one.id, label: `${one.name}（${one.branch.shortName}）` }))}
    />
  )
}
