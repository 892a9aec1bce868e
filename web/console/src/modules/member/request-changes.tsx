import type { RequestFactsFragment } from '@zhibu/api'
import { Table } from 'antd'

type Change = RequestFactsFragment['changes'][number]

/** What a request would change, before and after. */
export function ChangesTable({ changes }: { changes: Change[] }) {
  return (
    <Table<Change>
      aria-label="变更内容" rowKey="field" size="small" pagination={false} scroll={{ x: 'max-content' }} dataSource={changes}
      columns={[
        { key: 'label', title: '项目', render: (_, change) => change.label },
        { key: 'before', title: '变更前', render: (_, change) => <span className="z-wrap">{change.before ?? '（空）'}{change.stale && <><br /><span className="z-tag z-tag--warn">现为 {change.now ?? '（空）'}</span></>}</span> },
        { key: 'after', title: '变更后', render: (_, change) => <b className="z-wrap">{change.after ?? '（空）'}</b> },
      ]}
    />
  )
}
