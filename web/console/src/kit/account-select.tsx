import { AccountChoiceDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { ask } from '../net/ask'
import { errorSentence } from '../net/errors'
import { useSettled } from './use-settled'

/** Chooses one account of the range by name or whole mobile number. */
export function AccountSelect({ id, value, onChange, none = '没有找到' }: { id?: string; value?: string; onChange?: (value: string) => void; none?: string }) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const accounts = useQuery({
    queryKey: ['users', 'choice', search],
    queryFn: async ({ signal }) => (await ask(AccountChoiceDocument, { search: search || null }, signal)).system.users.nodes,
    placeholderData: keepPreviousData,
  })
  return (
    <Select
      id={id} value={value} onChange={onChange}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={accounts.isFetching}
      placeholder="输入姓名、用户名或完整手机号查找"
      notFoundContent={accounts.isError ? errorSentence(accounts.error) : accounts.isFetching ? '正在查找…' : none}
      options={(accounts.data ?? []).map((one) => ({ value: one.id, label: `${one.displayName}（${one.userName}${one.mobile ? `，${one.mobile}` : ''}）` }))}
    />
  )
}
