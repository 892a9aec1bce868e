import { TenantDocument, tenantStates, type TenantRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { QueryBoundary } from '../../../kit/states'
import { StatusTag } from '../../../kit/status-tag'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { TenantModules } from './tenant-modules'

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
      <div><dt>状态</dt><dd><StatusTag dict={tenantStates} value={tenant.state} />{tenant.state === 'PROVISIONING' ? ` ${tenant.percent}%` : ''}</dd></div>
      <div><dt>标识</dt><dd>{tenant.slug}</dd></div>
      <div><dt>套餐</dt><dd>{tenant.plan}</dd></div>
      <div><dt>用户数上限</dt><dd>{tenant.seats} 人</dd></div>
      <div><dt>创建时间</dt><dd>{instant(tenant.createdAt)}</dd></div>
      <div><dt>开通时间</dt><dd>{instant(tenant.activatedAt)}</dd></div>
    </dl>
  )
}
