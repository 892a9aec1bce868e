import { DeleteRoleDocument, RolesDocument, type RoleFieldsFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { RoleForm } from './role-form'
import { RoleHolders } from './role-holders'
import { FROM, REACHES } from './words'

const ROLES = ['roles']

/** 角色权限: what each role allows; the tenant makes roles of its own. */
export default function RolesPage() {
  const may = usePermission('role.manage')
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const roles = useQuery({ queryKey: ROLES, queryFn: async ({ signal }) => (await ask(RolesDocument, {}, signal)).system, staleTime: 0 })
  const [shown, setShown] = useState<string | null>(null)
  const [edited, setEdited] = useState<RoleFieldsFragment | 'new' | null>(null)
  const saved = (all: readonly RoleFieldsFragment[]) => {
    queries.setQueryData(ROLES, roles.data && { ...roles.data, roles: [...all] })
    setEdited(null)
  }
  const remove = (role: RoleFieldsFragment) => confirm({
    title: `删除角色“${role.name}”`,
    content: '删除后不能恢复。还有人担任的角色不能删除。',
    okText: '删除',
    work: async () => {
      saved((await ask(DeleteRoleDocument, { role: role.key })).system.deleteRole)
      setShown(null)
      void message.success(`角色“${role.name}”已删除`)
    },
  })
  return (
    <Page title="角色权限" menu="system.roles" hint="系统角色由职务和管理员设置产生，不能修改；需要其他分工时，可新增本单位自己的角色。"
      extra={may && <Button type="primary" onClick={() => setEdited('new')}>新增角色</Button>}>
      <QueryBoundary query={roles}>
        {({ roles: all, grantable }) => {
          const role = all.find((one) => one.key === shown)
          const parts = [['本单位的角色', all.filter((one) => one.own)], ['系统角色', all.filter((one) => !one.own)]] as const
          return (
            <>
              {parts.map(([title, some]) => (
                <Section key={title} title={title}>
                  {some.length === 0 && <p className="z-muted">还没有自己的角色。例如“党费专干”“统计员”：选择权限和数据范围，再指定人员。</p>}
                  <ul className="z-rows" aria-label={title}>
                    {some.map((one) => (
                      <li key={one.key}>
                        <div>
                          <b>{one.name}</b>
                          <p className="z-muted">
                            {one.own ? `${REACHES[one.reach ?? 'NODE']}，${one.rights.length} 项权限，${one.holders} 人担任` : `${FROM[one.key] ?? '系统角色'}，${one.rights.length} 项权限`}
                            {one.note && `；${one.note}`}
                          </p>
                        </div>
                        <Button size="small" aria-label={`查看：${one.name}`} onClick={() => setShown(one.key)}>查看</Button>
                      </li>
                    ))}
                  </ul>
                </Section>
              ))}
              {role && (
                <DetailDrawer open title={role.name} onClose={() => setShown(null)}
                  extra={may && role.own && (
                    <>
                      <Button onClick={() => setEdited(role)}>修改</Button> <Button danger onClick={() => remove(role)}>删除</Button>
                    </>
                  )}>
                  {role.own && <RoleHolders role={role} onChange={() => void roles.refetch()} />}
                  <Section title={`权限（${role.rights.length}）`}>
                    <ul className="z-rows" aria-label="权限">
                      {role.rights.map((right) => <li key={right.key}><div>{right.label}</div><span className="z-muted">{right.reach}</span></li>)}
                    </ul>
                  </Section>
                </DetailDrawer>
              )}
              {edited && <RoleForm role={edited === 'new' ? null : edited} grantable={grantable} onClose={() => setEdited(null)} onSaved={saved} />}
            </>
          )
        }}
      </QueryBoundary>
    </Page>
  )
}
