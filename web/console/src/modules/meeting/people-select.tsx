import { MeetingMembersDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../kit/use-settled'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'

/** A member with the name, which a draft brings back with them. */
export interface Chosen { value: string; label: string }

interface PeopleSelectProps { id?: string; label: string; value?: Chosen[]; onChange?: (value: Chosen[]) => void; placeholder?: string }

/** Several members of the own range, found by name. */
export function PeopleSelect({ id, label, value = [], onChange, placeholder = '输入姓名查找，可选多人' }: PeopleSelectProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['members', 'meeting', search],
    queryFn: async ({ signal }) => (await ask(MeetingMembersDocument, { search: search || null, under: null }, signal)).directory.members.nodes,
    placeholderData: keepPreviousData,
  })
  return (
    <Select<Chosen[]>
      id={id} mode="multiple" labelInValue allowClear aria-label={label} placeholder={placeholder} loading={found.isFetching}
      value={value} onChange={(next) => { setTyped(''); onChange?.(next.map((one) => ({ value: one.value, label: String(one.label) }))) }}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      notFoundContent={found.isError ? errorSentence(found.error) : found.isFetching ? '正在查找…' : '没有找到党员'}
      options={(found.data ?? []).map((one) => ({ value: one.id, label: `${one.name}（${one.branch.shortName}）` }))}
    />
  )
}

interface PersonSelectProps { id?: string; label: string; value?: Chosen | null; onChange?: (value: Chosen | null) => void; people: Chosen[]; placeholder?: string; loading?: boolean }

/** One of the people who are to come. */
export function PersonSelect({ id, label, value, onChange, people, placeholder = '从参会人员中选择', loading = false }: PersonSelectProps) {
  return (
    <Select<Chosen | null>
      id={id} labelInValue allowClear aria-label={label} placeholder={placeholder} loading={loading} showSearch={{ optionFilterProp: 'label' }}
      value={value ?? null} onChange={(next) => onChange?.(next ? { value: next.value, label: String(next.label) } : null)}
      notFoundContent="参会人员中没有此人" options={people}
    />
  )
}
