import { FeedbackDeskDocument, optionsOf, type FeedbackCaseRowFragment } from '@zhibu/api'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page, useLink } from '../../../kit/page'
import { StatusTag } from '../../../kit/status-tag'
import { instant, oneOf, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { feedbackKinds, feedbackStates } from '../../../kit/feedback-words'

const CaseDrawer = lazy(async () => ({ default: (await import('./case-drawer')).CaseDrawer }))
const SEARCH = [
  { name: 'state', label: '状态', options: optionsOf(feedbackStates) },
  { name: 'kind', label: '类型', options: optionsOf(feedbackKinds) },
  { name: 'tenant', label: '租户', chip: () => '只看一个租户的反馈' },
] as const

/** 建议反馈: what people of tenants have told, answered here and read on their phones. */
export default function FeedbackDeskPage() {
  const [open, setOpen] = useState<string | null>(null)
  const link = useLink()
  const columns: ListColumn<FeedbackCaseRowFragment>[] = [
    { key: 'createdAt', title: '提交时间', cell: (row) => instant(row.createdAt) },
    { key: 'text', title: '内容', fixed: true, cell: (row) => <span className="z-wrap z-wrap--wide">{excerpt(row.text)}</span> },
    { key: 'kind', title: '类型', cell: (row) => feedbackKinds[row.kind].label },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={feedbackStates} value={row.state} /> },
    { key: 'tenant', title: '租户', cell: (row) => <Link className="z-wrap" to={link(`/operator/feedback?tenant=${row.tenant.id}`)} title="只看该租户">{row.tenant.name}</Link> },
    { key: 'contact', title: '联系方式', cell: (row) => <span className="z-wrap">{orDash(row.contact)}</span> },
    { key: 'answers', title: '答复', cell: (row) => (row.answers.length ? `${row.answers.length} 条` : '—') },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => <Button type="link" size="small" aria-label={`查看${excerpt(row.text)}`} onClick={() => setOpen(row.id)}>查看</Button>,
    },
  ]
  return (
    <Page title="建议反馈" menu="plat.feedback" hint="各单位人员在手机或电脑上提交的意见。只显示单位和留下的联系方式，不显示提交人；答复后对方可以看到。">
      <ListPage<FeedbackCaseRowFragment>
        name="feedback" label="建议反馈" columns={columns} search={SEARCH} empty="还没有人提交反馈"
        rowKey={(row) => row.id} rowName={(row) => excerpt(row.text)}
        load={async ({ first, offset, filter }, signal) => (await ask(FeedbackDeskDocument, {
          first, offset, state: oneOf(feedbackStates, filter.state) ?? null, kind: oneOf(feedbackKinds, filter.kind) ?? null, tenant: filter.tenant ?? null,
        }, signal)).system.feedback}
      />
      {open && <Suspense><CaseDrawer id={open} onClose={() => setOpen(null)} /></Suspense>}
    </Page>
  )
}

/** The beginning of a text, for a line of a list. */
const excerpt = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
