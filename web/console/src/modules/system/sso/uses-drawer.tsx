import { SsoUsesDocument, type SsoAppFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { EmptyState, QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'

/** 使用记录: successful sign-ins by day. */
export function UsesDrawer({ app, onClose }: { app: SsoAppFragment; onClose: () => void }) {
  const query = useQuery({
    queryKey: ['sso', 'uses', app.id],
    queryFn: async ({ signal }) => (await ask(SsoUsesDocument, { app: app.id }, signal)).system.ssoUses,
    staleTime: 0,
  })
  return (
    <DetailDrawer open title={`使用记录 · ${app.name}`} onClose={onClose} size={420}>
      <p>剩余 <b>{app.quotaLeft}</b> 次。下表为最近每天成功登录的次数。</p>
      <QueryBoundary query={query}>
        {(rows) => (rows.length === 0
          ? <EmptyState text="还没有人从该平台登录" />
          : <Table aria-label="使用记录" size="small" rowKey="day" pagination={false} dataSource={rows}
              columns={[{ key: 'day', title: '日期', dataIndex: 'day' }, { key: 'uses', title: '次数', dataIndex: 'uses' }]} />)}
      </QueryBoundary>
    </DetailDrawer>
  )
}
