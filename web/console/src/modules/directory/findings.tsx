import type { CommandFindingsFragment } from '@zhibu/api'
import { Alert } from 'antd'
import { Link } from 'react-router'
import { useLink } from '../../kit/page'

type Finding = CommandFindingsFragment['blockers'][number]

/** Where something that a command concerns is looked at. */
const WAYS: Record<string, (id: string) => string> = {
  member: (id) => `/member/info?member=${id}`,
  post: (id) => `/member/info?member=${id}`,
  organisation: (id) => `/org/info?organisation=${id}`,
  transfer: (id) => `/member/transfer/${id}`,
  flow: (id) => `/member/flow?flow=${id}`,
  lost: (id) => `/member/flow?view=lost&case=${id}`,
  development: (id) => `/member/development/${id}`,
  command: (id) => `/org/info/changes?command=${id}`,
}

/** What a command would do and what is in its way, each thing by its name. */
export function Findings({ preview }: { preview: CommandFindingsFragment }) {
  return (
    <div className="z-findings">
      {preview.blockers.length > 0 && (
        <Alert type="error" showIcon title="暂时不能办理，请先处理以下事项" description={<FindingList label="阻碍" findings={preview.blockers} />} />
      )}
      {preview.needsConfirmation && preview.blockers.length === 0 && (
        <Alert type="info" showIcon title="接收组织不在您的管理范围内，提交后由接收组织的管理员确认" />
      )}
      <FindingList label="影响" findings={preview.consequences} />
    </div>
  )
}

function FindingList({ label, findings }: { label: string; findings: Finding[] }) {
  return <ul className="z-rows" aria-label={label}>{findings.map((one) => <FindingRow key={`${one.kind}${one.words}`} one={one} />)}</ul>
}

function FindingRow({ one }: { one: Finding }) {
  const link = useLink()
  const way = WAYS[one.kind]
  const rest = one.count - one.items.length
  return (
    <li>
      <div>
        <b>{one.words}</b>{one.count > 0 && <span className="z-count">{one.count}</span>}
        {one.items.length > 0 && (
          <p>
            {one.items.map((item, at) => (
              <span key={item.id + item.name}>
                {at > 0 && '、'}
                {way ? <Link to={link(way(item.id))} target="_blank">{item.name}</Link> : item.name}
              </span>
            ))}
            {rest > 0 && <span className="z-muted"> 等 {one.count} 项</span>}
          </p>
        )}
      </div>
    </li>
  )
}
