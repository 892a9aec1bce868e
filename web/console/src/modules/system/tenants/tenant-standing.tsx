import { tenantLives, tenantStates, type TenantRowFragment } from '@zhibu/api'
import { StatusTag } from '../../../kit/status-tag'

/** Where a tenant stands: first whether it is ready at all, then where in its life. */
export function TenantStanding({ tenant }: { tenant: TenantRowFragment }) {
  return tenant.state === 'ACTIVE'
    ? <StatusTag dict={tenantLives} value={tenant.life} />
    : <StatusTag dict={tenantStates} value={tenant.state} />
}

/** What follows from the last day of use, in one sentence. */
export function followsOf(tenant: TenantRowFragment): string {
  if (tenant.life === 'CLOSED') return `已终止：${tenant.closeReason ?? ''}`
  if (tenant.suspendedAt) return `已由运营人员停用：${tenant.suspendReason ?? ''}`
  switch (tenant.life) {
    case 'GRACE': return `已到期，${tenant.graceUntil ?? ''} 前（含当日）功能不受影响，之后只能查看。`
    case 'READ_ONLY': return `已到期，只能查看和导出；${tenant.readableUntil ?? ''} 之后不能登录。`
    case 'SUSPENDED': return '到期已久，无人能登录；修改到期日即可恢复。'
    default: return tenant.expiresOn ? `到期后先有宽限期（至 ${tenant.graceUntil ?? ''}），再只读（至 ${tenant.readableUntil ?? ''}），然后停用。` : '没有到期日，长期可用。'
  }
}
