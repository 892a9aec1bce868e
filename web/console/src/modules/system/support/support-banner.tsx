import { SupportStandingDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { usePermission } from '../../../kit/permissions'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import type { Told } from '../told'

/** Read again this often: somebody may ask, come or go while the console is open. */
const AGAIN = 30_000

/** Which operator is in or asks to come in; and for the operator, whose console it is. */
export function useSupport(): Told[] {
  const sees = usePermission('system.support.read')
  const { data } = useQuery({
    queryKey: ['support', 'standing'],
    queryFn: async ({ signal }) => (await ask(SupportStandingDocument, {}, signal)).system.supportStanding,
    refetchInterval: AGAIN,
  })
  if (!data) return []
  const more = sees ? <Link to="/system/support">查看</Link> : undefined
  if (data.guest) {
    return [{
      key: 'guest', type: 'warning',
      title: `您（${data.guest.operator}）正以服务商支持的身份访问，${data.guest.write ? '可以修改' : '只能查看'}，${instant(data.guest.until)} 结束；所有操作都会记入对方的审计日志。`,
    }]
  }
  return data.open.map((row) => (row.state === 'GRANTED'
    ? { key: row.id, type: 'warning', action: more, title: `服务商 ${row.operator} 正在支持本单位，${row.write ? '可以修改' : '只能查看'}，${row.until ? instant(row.until) : ''} 结束。` }
    : { key: row.id, type: 'info', action: more, title: `服务商 ${row.operator} 申请进入本单位：${row.reason}` }))
}
