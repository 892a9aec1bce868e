import { TenantDocument, type TenantRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { TenantMeters } from './tenant-meters'
import { TenantModules } from './tenant-modules'
import { TenantStanding, followsOf } from './tenant-standing'
import { TenantTerms } from './tenant-terms'
import { useTenantLife } from './use-tenant-life'

/** One tenant: what it is, what went wrong, which modules it has. */
export function TenantDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const tenant = useQuery({
    queryKey: ['tenants', 'one', id],
    queryFn: async ({ signal }) => (await ask(TenantDocument, { id }, signal)).system.tenant,
  })
  return (
    <DetailDrawer open title={tenant.data?.name ?? '租户'} onClose={onClose} size={640}>
      <QueryBoundary query={tenant} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {(data) => (
          <>
            {data.error && <Alert className="z-gap-bottom" type="error" showIcon title="最近一次故障" description={data.error} />}
            <Facts tenant={data} />
            <Section title="使用期限" extra={<Life tenant={data} />}><p>{followsOf(data)}</p></Section>
            <Section title="用量"><TenantMeters id={data.id} /></Section>
            <Section title="功能模块"><TenantModules tenant={data} /></Section>
          </>
        )}
      </QueryBoundary>
    </DetailDrawer>
  )
}

function Facts({ tenant }: { tenant: TenantRowFragment }) {
  return (
    <dl className="z-facts">
      <div><dt>状态</dt><dd><TenantStanding tenant={tenant} />{tenant.state === 'PROVISIONING' ? ` ${tenant.percent}%` : ''}</dd></div>
      <div><dt>标识</dt><dd>{tenant.slug}</dd></div>
      <div><dt>套餐</dt><dd>{tenant.plan}</dd></div>
      <div><dt>用户数上限</dt><dd>{tenant.seats} 人</dd></div>
      <div><dt>创建时间</dt><dd>{instant(tenant.createdAt)}</dd></div>
      <div><dt>开通时间</dt><dd>{instant(tenant.activatedAt)}</dd></div>
      <div><dt>到期日</dt><dd>{tenant.expiresOn ?? '长期'}</dd></div>
    </dl>
  )
}

/** What an operator may decide about it now. */
function Life({ tenant }: { tenant: TenantRowFragment }) {
  const may = usePermission('plat.tenants.life')
  const [editing, setEditing] = useState(false)
  const { suspend, resume, close } = useTenantLife(tenant)
  if (!may || tenant.life === 'CLOSED') return null
  return (
    <span className="z-inline">
      {tenant.state === 'ACTIVE' && <Button size="small" onClick={() => setEditing(true)}>修改套餐与到期日</Button>}
      {tenant.suspendedAt ? <Button size="small" onClick={resume}>恢复</Button> : <Button size="small" danger onClick={suspend}>停用</Button>}
      <Button size="small" danger onClick={close}>终止</Button>
      {editing && <TenantTerms tenant={tenant} onClose={() => setEditing(false)} />}
    </span>
  )
}
