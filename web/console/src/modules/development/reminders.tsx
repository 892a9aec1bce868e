import { DevelopmentRemindersDocument, type DevelopmentRemindersQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Checkbox, Radio } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { DetailDrawer } from '../../kit/detail-drawer'
import { useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { ask } from '../../net/ask'
import '../../styles/development.css'

const MessageDialog = lazy(async () => ({ default: (await import('../member/message-dialog')).MessageDialog }))
type Row = DevelopmentRemindersQuery['development']['reminders'][number]

/** As many as are shown at once. */
const SOME = 8

/** 节点提醒: what the caller was reminded of and is still so, and text messages about it. */
export function Reminders() {
  const link = useLink()
  const [telling, setTelling] = useState(false)
  const reminders = useQuery({
    queryKey: ['development', 'reminders'],
    queryFn: async ({ signal }) => (await ask(DevelopmentRemindersDocument, {}, signal)).development.reminders,
  })
  const rows = reminders.data ?? []
  if (rows.length === 0) return null
  const reached = rows.some(({ actors, person }) => actors.length > 0 || person !== null)
  return (
    <>
      <Alert
        className="z-gap-bottom" showIcon type={rows.some(({ level }) => level === 'RED') ? 'error' : rows.some(({ level }) => level === 'YELLOW') ? 'warning' : 'info'} title="节点提醒"
        action={reached && <Can perm="member.messages.send"><Button size="small" onClick={() => setTelling(true)}>短信提醒</Button></Can>}
        description={(
          <ul className="z-development-reminders">
            {rows.slice(0, SOME).map((one) => <li key={one.id}><Link to={link(`/member/development/${one.case}`)}>{one.name}</Link>（{one.branch.shortName}）：{one.words}</li>)}
            {rows.length > SOME && <li className="z-muted">还有 {rows.length - SOME} 项，请在列表中按“需要提醒”“已超期”查看</li>}
          </ul>
        )}
      />
      {telling && <Tell rows={rows} onClose={() => setTelling(false)} />}
    </>
  )
}

/** Whom a message about a reminder is for. */
type Whom = 'actors' | 'person'
const membersOf = (row: Row, whom: Whom): string[] => (whom === 'actors' ? row.actors : row.person === null ? [] : [row.person])

/** Chooses reminders and whom to tell; the text and its cost are shown by the dialog that sends. */
function Tell({ rows, onClose }: { rows: Row[]; onClose: () => void }) {
  const [whom, setWhom] = useState<Whom>('actors')
  const [chosen, setChosen] = useState<string[]>([])
  const [sending, setSending] = useState(false)
  const members = [...new Set(rows.filter(({ id }) => chosen.includes(id)).flatMap((row) => membersOf(row, whom)))]
  if (sending) return <Suspense><MessageDialog chosen={{ members }} words={`发展党员节点提醒，${members.length} 人`} onClose={onClose} onDone={onClose} /></Suspense>
  return (
    <DetailDrawer open title="短信提醒 · 选择提醒事项" onClose={onClose} size={520} sticky>
      <Radio.Group className="z-gap-bottom" value={whom} onChange={(event) => { setWhom(event.target.value as Whom); setChosen([]) }}
        options={[{ value: 'actors', label: '发给办理人（党支部、上级党委）' }, { value: 'person', label: '发给本人（预备党员）' }]} />
      <Checkbox.Group className="z-confirmations" aria-label="提醒事项" value={chosen} onChange={(values) => setChosen(values)}
        options={rows.map((row) => ({ value: row.id, disabled: membersOf(row, whom).length === 0, label: `${row.name}（${row.branch.shortName}）：${row.words}${membersOf(row, whom).length === 0 ? (whom === 'actors' ? '（办理人没有党员信息）' : '（还不是党员）') : ''}` }))} />
      <div className="z-actions">
        <span className="z-muted">已选 {members.length} 人；内容、费用和余量在下一步确认，短信不含身份证号。</span>
        <Button onClick={onClose}>取消</Button>
        <Button type="primary" disabled={members.length === 0} onClick={() => setSending(true)}>下一步</Button>
      </div>
    </DetailDrawer>
  )
}
