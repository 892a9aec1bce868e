import { DeviceSessionsDocument, EndSessionDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { Page } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import { deviceName } from './device'

/** 登录设备: where this account is signed in, each of which can be ended. */
export default function SessionsPage() {
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: async ({ signal }) => (await ask(DeviceSessionsDocument, {}, signal)).system.sessions })
  const end = useAction((id: string) => ask(EndSessionDocument, { id }), { success: '已结束该设备的登录', refresh: ['sessions'] })
  return (
    <Page title="登录设备" parents={[{ title: '首页', to: '/home' }, { title: '账号信息', to: '/account' }]} hint="发现不认识的设备，请结束其登录并尽快修改密码。">
      <div className="z-card">
        <QueryBoundary query={sessions}>
          {(list) => (list.length === 0 ? <EmptyState text="没有登录设备" /> : (
            <ul className="z-rows">
              {list.map((session) => (
                <li key={session.id}>
                  <div>
                    <b title={session.device}>{deviceName(session.device)}</b>{session.current && <span className="z-tag z-tag--ok">当前设备</span>}
                    <p className="z-muted">地址 {session.address} · 登录于 {instant(session.createdAt)} · 最近使用 {instant(session.lastSeenAt)}</p>
                  </div>
                  {!session.current && (
                    <Popconfirm title="结束该设备的登录？" description="该设备需要重新登录才能继续使用。" okText="结束" cancelText="取消" onConfirm={() => end.mutateAsync(session.id).catch(() => undefined)}>
                      <Button aria-label={`结束：${deviceName(session.device)} 的登录`}>结束</Button>
                    </Popconfirm>
                  )}
                </li>
              ))}
            </ul>
          ))}
        </QueryBoundary>
      </div>
    </Page>
  )
}
