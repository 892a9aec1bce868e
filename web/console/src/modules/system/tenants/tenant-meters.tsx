import { TenantMetersDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Progress } from 'antd'
import { QueryBoundary } from '../../../kit/states'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

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

/** What a tenant uses; numbers only. */
export function TenantMeters({ id }: { id: string }) {
  const meters = useQuery({
    queryKey: ['tenants', 'meters', id],
    queryFn: async ({ signal }) => (await ask(TenantMetersDocument, { tenant: id }, signal)).system.tenantMeters,
  })
  return (
    <QueryBoundary query={meters}>
      {(data) => {
        const warning = seatWarning(data.members, data.seats)
        return (
          <>
            {warning && <Alert className="z-gap-bottom" showIcon {...warning} />}
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
              <div><dt>文件</dt><dd>{data.storageBytes === null ? '暂时无法统计' : bytes(data.storageBytes)}</dd></div>
              <div><dt>本月短信</dt><dd>{data.smsThisMonth} 条</dd></div>
              <div><dt>本月免密登录</dt><dd>{data.ssoThisMonth} 次，剩余 {data.ssoLeft} 次</dd></div>
              <div><dt>最近登录</dt><dd>{instant(data.lastSignInAt)}</dd></div>
            </dl>
          </>
        )
      }}
    </QueryBoundary>
  )
}
