import { TenantsDocument, optionsOf, tenantLives, tenantStates, type TenantRowFragment } from '@zhibu/api'
import { Button, Progress } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { instant, oneOf } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { useModuleTitles } from '../codes/use-modules'
import { NoticesDrawer } from './notices-drawer'
import { TenantDrawer } from './tenant-drawer'
import { TenantStanding } from './tenant-standing'
import { useResetAdministrator } from './use-reset-administrator'

const SEARCH = [
  { name: 'search', label: '名称', placeholder: '组织名称或标识' },
  { name: 'life', label: '使用状态', options: optionsOf(tenantLives) },
  { name: 'state', label: '开通状态', options: optionsOf(tenantStates) },
] as const

/** 租户管理: every organisation that was opened, and the modules each may use. */
export default function TenantsPage() {
  const [params, setParams] = useSearchParams()
  const open = (id: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (id) next.set('tenant', id)
    else next.delete('tenant')
    return next
  }, { replace: true })

  const titles = useModuleTitles()
  const reset = useResetAdministrator()
  const [notices, setNotices] = useState(false)
  const mayNotify = usePermission('plat.tenants.notices')
  const mayReset = usePermission('plat.tenants.first_admin')

  const columns: ListColumn<TenantRowFragment>[] = [
    { key: 'name', title: '组织名称', fixed: true, cell: (tenant) => <Button type="link" size="small" onClick={() => open(tenant.id)}>{tenant.name}</Button> },
    { key: 'slug', title: '标识', cell: (tenant) => tenant.slug },
    {
      key: 'state', title: '状态',
      cell: (tenant) => (
        <span className="z-inline">
          <TenantStanding tenant={tenant} />
          {tenant.demo && <span className="z-tag z-tag--info">演示</span>}
          {tenant.state === 'PROVISIONING' && <Progress className="z-mini" percent={tenant.percent} size="small" aria-label="开通进度" />}
        </span>
      ),
    },
    { key: 'expiresOn', title: '到期日', cell: (tenant) => tenant.expiresOn ?? '长期' },
    { key: 'plan', title: '套餐', cell: (tenant) => tenant.plan },
    { key: 'seats', title: '用户数上限', cell: (tenant) => tenant.seats },
    { key: 'modules', title: '模块', cell: (tenant) => <span className="z-wrap">{tenant.modules.map(titles).join('、') || '仅基础模块'}</span> },
    { key: 'activatedAt', title: '开通时间', cell: (tenant) => instant(tenant.activatedAt) },
    { key: 'createdAt', title: '创建时间', hidden: true, cell: (tenant) => instant(tenant.createdAt) },
    { key: 'error', title: '故障', hidden: true, cell: (tenant) => <span className="z-wrap">{tenant.error ?? '—'}</span> },
    ...(mayReset ? [{
      key: 'actions', title: '操作', fixed: 'right' as const,
      cell: (tenant: TenantRowFragment) => (tenant.state === 'ACTIVE' && tenant.life !== 'CLOSED'
        ? <Button type="link" size="small" aria-label={`重置首位管理员：${tenant.name}`} onClick={() => reset(tenant)}>重置首位管理员</Button>
        : <span className="z-muted">—</span>),
    }] : []),
  ]
  const chosen = params.get('tenant')
  return (
    <Page title="租户管理" menu="plat.tenants">
      <ListPage<TenantRowFragment>
        name="tenants" label="租户列表" columns={columns} search={SEARCH} empty="还没有组织入驻"
        toolbar={() => mayNotify && <Button onClick={() => setNotices(true)}>通知租户</Button>}
        rowKey={(tenant) => tenant.id}
        load={async ({ first, offset, filter }, signal) => (await ask(TenantsDocument, {
          first, offset, filter: { search: filter.search ?? null, state: oneOf(tenantStates, filter.state) ?? null, life: oneOf(tenantLives, filter.life) ?? null },
        }, signal)).system.tenants}
      />
      {notices && <NoticesDrawer onClose={() => setNotices(false)} />}
      {chosen && <TenantDrawer id={chosen} onClose={() => open(null)} />}
    </Page>
  )
}
