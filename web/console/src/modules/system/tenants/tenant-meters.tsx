import { TenantMetersDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Progress } from 'antd'
import { useState } from 'react'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { TenantQuotas } from './tenant-quotas'

/** Bytes as people read them. */
export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let [size, unit] = [count, 0]
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1]
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit] ?? ''}`
}

/** What to say of places taken: nothing below four fifths. */
export function seatWarning(members: number, seats: number): { type: 'warning' | 'error'; title: string } | null {
  if (members >= seats) return { type: 'error', title: '席位已用完，不能再增加党员' }
  if (members * 5 >= seats * 4) return { type: 'warning', title: `席位已用 ${Math.floor((members * 100) / seats)}%，可提醒客户增购` }
  return null
}

/** What to say of a limit: nothing below four fifths, as the server judges. */
export function quotaWarning(name: string, used: number | null, limit: number | null): { type: 'warning' | 'error'; title: string } | null {
  if (used === null || limit === null) return null
  if (used >= limit) return { type: 'error', title: `${name}已用完` }
  if (used >= limit - Math.floor(limit / 5)) return { type: 'warning', title: `${name}已用 ${Math.floor((used * 100) / limit)}%，可提醒客户增购` }
  return null
}

/** Used of a limit, with a bar where there is one. */
function Used({ used, limit, name, unit }: { used: number | null; limit: number | null; name: string; unit: (count: number) => string }) {
  if (used === null) return <>暂时无法统计</>
  if (limit === null) return <>{unit(used)}（不限）</>
  return (
    <>
      {unit(used)} / {unit(limit)}
      <Progress percent={Math.min(100, Math.floor((used * 100) / limit))} size="small" aria-label={`${name}使用率`}
        status={used >= limit ? 'exception' : 'normal'} />
    </>
  )
}

/** What a tenant uses; numbers only. */
export function TenantMeters({ id }: { id: string }) {
  const may = usePermission('plat.tenants.life')
  const [editing, setEditing] = useState(false)
  const meters = useQuery({
    queryKey: ['tenants', 'meters', id],
    queryFn: async ({ signal }) => (await ask(TenantMetersDocument, { tenant: id }, signal)).system.tenantMeters,
  })
  return (
    <QueryBoundary query={meters}>
      {(data) => {
        const warnings = [
          seatWarning(data.members, data.seats),
          quotaWarning('存储空间', data.storageBytes, data.storageQuota),
          quotaWarning('本月短信', data.smsThisMonth, data.smsQuota),
          quotaWarning('今日请求', data.requestsToday, data.requestsQuota),
        ]
        return (
          <>
            {warnings.map((warning) => warning && <Alert key={warning.title} className="z-gap-bottom" showIcon {...warning} />)}
            <dl className="z-facts">
              <div>
                <dt>党员 / 席位</dt>
                <dd>
                  {data.members} / {data.seats}
                  <Progress percent={Math.min(100, Math.floor((data.members * 100) / data.seats))} size="small" aria-label="席位使用率"
                    status={data.members >= data.seats ? 'exception' : 'normal'} />
                </dd>
              </div>
              <div><dt>可用账号</dt><dd>{data.accounts} 个</dd></div>
              <div><dt>数据库</dt><dd>{bytes(data.databaseBytes)}（节点 {data.placement === 'default' ? '主库' : data.placement}）</dd></div>
              <div><dt>文件</dt><dd><Used name="存储空间" used={data.storageBytes} limit={data.storageQuota} unit={bytes} /></dd></div>
              <div><dt>本月短信</dt><dd><Used name="本月短信" used={data.smsThisMonth} limit={data.smsQuota} unit={(count) => `${count} 条`} /></dd></div>
              <div><dt>本月语音</dt><dd>{data.voiceThisMonth} 次</dd></div>
              <div><dt>今日请求</dt><dd><Used name="今日请求" used={data.requestsToday} limit={data.requestsQuota} unit={(count) => `${count} 次`} /></dd></div>
              <div><dt>本月免密登录</dt><dd>{data.ssoThisMonth} 次，剩余 {data.ssoLeft} 次</dd></div>
              <div><dt>最近登录</dt><dd>{instant(data.lastSignInAt)}</dd></div>
            </dl>
            {may && <Button size="small" onClick={() => setEditing(true)}>修改用量上限</Button>}
            {editing && <TenantQuotas id={id} meters={data} onClose={() => setEditing(false)} />}
          </>
        )
      }}
    </QueryBoundary>
  )
}
