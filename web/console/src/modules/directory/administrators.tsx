import { RemoveAdministratorDocument, type OrganisationFieldsFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { EmptyState } from '../../kit/states'
import { day, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { AddAdministrator } from './add-administrator'

/** 设置管理员: who administers this organisation; adding and removing. */
export function Administrators({ organisation }: { organisation: OrganisationFieldsFragment }) {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const [adding, setAdding] = useState(false)
  const last = organisation.administrators.length === 1
  const remove = (account: string, name: string) => confirm({
    title: `移除管理员“${name}”`,
    content: `移除后，${name} 不能再管理“${organisation.shortName}”及其下级组织；其账号仍然保留。`,
    okText: '移除管理员',
    work: async () => {
      await ask(RemoveAdministratorDocument, { organisation: organisation.id, account })
      await queries.invalidateQueries({ queryKey: ['organisations'] })
      void message.success(`已移除管理员 ${name}`)
    },
  })
  return (
    <div>
      {organisation.administrators.length === 0
        ? <EmptyState text="尚未设置管理员。每个组织至少应有一名管理员。" />
        : (
          <ul className="z-rows" aria-label="管理员">
            {organisation.administrators.map((one) => (
              <li key={one.account}>
                <div><b>{one.displayName}</b><p className="z-muted">用户名 {one.userName} · 手机 {orDash(one.mobile)} · {day(one.since)} 起</p></div>
                {organisation.editable && (
                  <Button danger disabled={last} title={last ? '至少保留一名管理员，请先设置新的管理员' : undefined} aria-label={`移除管理员 ${one.displayName}`} onClick={() => remove(one.account, one.displayName)}>移除</Button>
                )}
              </li>
            ))}
          </ul>
        )}
      {organisation.editable && last && <p className="z-muted z-gap-bottom">至少保留一名管理员：更换时请先设置新的管理员。</p>}
      {organisation.editable && !adding && <Button type="primary" onClick={() => setAdding(true)}>设置管理员</Button>}
      {adding && <AddAdministrator organisation={organisation} onClose={() => setAdding(false)} />}
    </div>
  )
}
