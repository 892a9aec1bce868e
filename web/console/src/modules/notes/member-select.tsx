import { WritingPeopleDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useScope } from '../../app/scope'
import { useSettled } from '../../kit/use-settled'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'

/** A member with the name, which a draft brings back with them. */
export interface Chosen { value: string; label: string }

/** Chooses one present member of the range. */
export function MemberSelect({ id, value, onChange, placeholder }: { id?: string; value?: Chosen; onChange?: (value: Chosen | undefined) => void; placeholder: string }) {
  const { org } = useScope()
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['members', 'choice', org, search],
    queryFn: async ({ signal }) => (await ask(WritingPeopleDocument, { search: search || null, under: org }, signal)).directory.members.nodes,
    placeholderData: keepPreviousData,
  })
  return (
    <Select<Chosen>
      id={id} labelInValue allowClear {...(value ? { value } : { value: null as unknown as Chosen })} onChange={(chosen) => onChange?.(chosen as Chosen | undefined)}
      showSearch={{ filterOption: false, onSearch: setTyped }} loading={found.isFetching} placeholder={placeholder}
      notFoundContent={found.isError ? errorSentence(found.error) : found.isFetching ? '正在查找…' : '没有找到党员'}
      options={(found.data ?? []).map((one) => ({ value: one.id, label: `${one.name}（${one.branch.shortName}）` }))}
    />
  )
}
