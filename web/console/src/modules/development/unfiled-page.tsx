import { OpenDevelopmentForDocument, UnfiledMembersDocument, type UnfiledRowFragment } from '@zhibu/api'
import { App, Button } from 'antd'
import { useScope } from '../../app/scope'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { useAction } from '../../kit/use-action'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'

/** 未建档的预备党员: those who were admitted elsewhere, or before there were cases here, are given one. */
export default function UnfiledPage() {
  const { org } = useScope()
  const may = usePermission('development.edit')
  const { message } = App.useApp()
  const open = useAction<{ rows: UnfiledRowFragment[]; clear: () => void }, number>(
    async ({ rows }) => (await ask(OpenDevelopmentForDocument, { people: rows.map(({ person }) => person) })).development.openFor,
    { refresh: ['unfiled', 'development'], done: (made, { clear }) => { clear(); void message.success(`已为 ${made} 名预备党员建立发展档案`) } },
  )
  const columns: ListColumn<UnfiledRowFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => row.name },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'joined', title: '入党日期', cell: (row) => day(row.joinDate) },
  ]
  return (
    <Page
      title="未建档的预备党员" menu="member.development"
      hint="由其他组织接收、或在本系统启用前入党的预备党员。建档后从“继续教育考察”开始办理，入党前的材料以本人档案为准，到转正时会提醒。"
    >
      <ListPage<UnfiledRowFragment>
        key={org} name="unfiled" label="未建档的预备党员列表" columns={columns} depends={[org]} empty="所有预备党员都已有发展档案"
        rowKey={(row) => row.person} rowName={(row) => row.name}
        {...(may
          ? { batch: (rows: UnfiledRowFragment[], clear: () => void) => <Button type="primary" loading={open.isPending} disabled={rows.length > 100} onClick={() => open.mutate({ rows, clear })}>为选中的 {rows.length} 人建档</Button> }
          : {})}
        load={async ({ first, offset }, signal) => (await ask(UnfiledMembersDocument, { under: org, first, offset }, signal)).development.unfiled}
      />
    </Page>
  )
}
