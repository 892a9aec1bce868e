import { DevelopmentRemindersDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { Link } from 'react-router'
import { useLink } from '../../kit/page'
import { ask } from '../../net/ask'
import '../../styles/development.css'

/** As many as are shown at once. */
const SOME = 8

/** 节点提醒: what the caller was reminded of and is still so. */
export function Reminders() {
  const link = useLink()
  const reminders = useQuery({
    queryKey: ['development', 'reminders'],
    queryFn: async ({ signal }) => (await ask(DevelopmentRemindersDocument, {}, signal)).development.reminders,
  })
  const rows = reminders.data ?? []
  if (rows.length === 0) return null
  return (
    <Alert
      className="z-gap-bottom" showIcon type={rows.some(({ level }) => level === 'RED') ? 'error' : rows.some(({ level }) => level === 'YELLOW') ? 'warning' : 'info'} title="节点提醒"
      description={(
        <ul className="z-development-reminders">
          {rows.slice(0, SOME).map((one) => <li key={one.id}><Link to={link(`/member/development/${one.case}`)}>{one.name}</Link>（{one.branch.shortName}）：{one.words}</li>)}
          {rows.length > SOME && <li className="z-muted">还有 {rows.length - SOME} 项，请在列表中按“需要提醒”“已超期”查看</li>}
        </ul>
      )}
    />
  )
}
