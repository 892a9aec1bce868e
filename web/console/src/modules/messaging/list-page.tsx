import { optionsOf, SentNoticesDocument, type AnnouncementFilter, type NoticeLineFragment } from '@zhibu/api'
import { Button } from 'antd'
import { Link, useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { Page, useLink } from '../../kit/page'
import { Can, usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { instant, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'
import { useNoticeActs } from './acts'
import { OrgFilter } from './org-filter'
import { ReadShare } from './share'
import { announcementStates, occasions, yuan } from './words'
import './messaging.css'

const SEARCH: readonly SearchField[] = [
  { name: 'search', label: '关键词', placeholder: '标题或正文中的字词' },
  { name: 'occasion', label: '场合', options: optionsOf(occasions) },
  { name: 'state', label: '状态', options: optionsOf(announcementStates) },
  { name: 'under', label: '发布组织', control: <OrgFilter label="发布组织" /> },
]

const filterOf = (filter: Record<string, string>, under: string | null): AnnouncementFilter => ({
  search: filter.search ?? null, occasion: oneOf(occasions, filter.occasion) ?? null, state: oneOf(announcementStates, filter.state) ?? null, under: filter.under ?? under,
})

/** 通知公告: what was sent in the name of the own organisations, newest first. */
export default function NoticesPage() {
  const { org } = useScope()
  const link = useLink()
  return (
    <Page title="通知公告" menu="notice" hint="以系统消息、平台消息、短信和语音电话通知党员，并查看谁已经读过；点击标题查看详情。"
      extra={(
        <>
          <Can perm="notice.rules"><Link to={link('/notice/rules')}><Button>通知规则</Button></Link></Can>
          <Can perm="notice.send"><Link to={link('/notice/new')}><Button type="primary">发布通知</Button></Link></Can>
        </>
      )}>
      <Notices key={org} under={org} />
    </Page>
  )
}

function Notices({ under }: { under: string | null }) {
  const navigate = useNavigate()
  const link = useLink()
  const sends = usePermission('notice.send')
  const { remind, withdraw, remove } = useNoticeActs()
  const open = (row: NoticeLineFragment) => void navigate(link(`/notice/${row.id}`))
  const columns: ListColumn<NoticeLineFragment>[] = [
    { key: 'title', title: '标题', fixed: true, cell: (row) => <span className="z-wrap"><Button type="link" size="small" className="z-cell-link" onClick={() => open(row)}>{row.title}</Button></span> },
    { key: 'occasion', title: '场合', cell: (row) => occasions[row.occasion].label },
    { key: 'organisation', title: '组织', cell: (row) => <span className="z-wrap">{row.organisation.name}</span> },
    { key: 'author', title: '发布人', cell: (row) => row.author },
    { key: 'createdAt', title: '时间', cell: (row) => instant(row.createdAt) },
    { key: 'read', title: '已读 / 人数', cell: (row) => <ReadShare read={row.read} people={row.people} /> },
    { key: 'fen', title: '费用', cell: (row) => yuan(row.fen) },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={announcementStates} value={row.state} /> },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => (
        <span className="z-inline z-notice-acts">
          <Button type="link" size="small" aria-label={`查看${row.title}`} onClick={() => open(row)}>查看</Button>
          {sends && row.state === 'SENT' && row.read < row.people && <Button type="link" size="small" aria-label={`催读${row.title}`} onClick={() => remind(row)}>催读</Button>}
          {sends && row.state === 'SENT' && <Button type="link" size="small" danger aria-label={`撤回${row.title}`} onClick={() => withdraw(row)}>撤回</Button>}
          {sends && <Button type="link" size="small" danger aria-label={`删除${row.title}`} onClick={() => remove(row)}>删除</Button>}
        </span>
      ),
    },
  ]
  return (
    <ListPage<NoticeLineFragment>
      name="notices" label="通知列表" columns={columns} search={SEARCH} depends={[under]} empty="此范围内还没有通知"
      emptyAction={sends && <Link to={link('/notice/new')}><Button type="primary">发布通知</Button></Link>}
      rowKey={(row) => row.id} rowName={(row) => row.title} onOpen={open}
      load={async ({ first, offset, filter }, signal) => (await ask(SentNoticesDocument, { first, offset, filter: filterOf(filter, under) }, signal)).messaging.announcements}
    />
  )
}
