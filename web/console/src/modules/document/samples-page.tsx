import { SamplesDocument, UnreadSamplesDocument, sampleKinds, type SampleKind, type SampleRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Badge, Tabs } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page, useLink } from '../../kit/page'
import { StatusTag } from '../../kit/status-tag'
import { day, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'

const SEARCH = [
  { name: 'search', label: '标题', placeholder: '标题或摘要中的文字' },
  { name: 'unread', label: '阅读', options: [{ value: '1', label: '只看未读' }] },
]

const KINDS = Object.keys(sampleKinds) as SampleKind[]
const UNREAD: Record<SampleKind, 'pledge' | 'studyNote' | 'lecture' | 'workPlan'> =
  { PLEDGE: 'pledge', STUDY_NOTE: 'studyNote', LECTURE: 'lecture', WORK_PLAN: 'workPlan' }

/** 范文示例: model texts by kind, with a dot on what was not read yet. */
export default function SamplesPage() {
  const link = useLink()
  const [params, setParams] = useSearchParams()
  const kind = oneOf(sampleKinds, params.get('kind') ?? undefined)
  const unread = useQuery({
    queryKey: ['samples', 'unread'],
    queryFn: async ({ signal }) => (await ask(UnreadSamplesDocument, {}, signal)).document,
  })
  const columns: ListColumn<SampleRowFragment>[] = [
    {
      key: 'title', title: '标题', fixed: true,
      cell: (sample) => (
        <div className="z-sample">
          <Link to={link(`/document/samples/${sample.id}`)}>
            {!sample.read && <span className="z-dot" role="img" aria-label="未读" />}{sample.title}
          </Link>
          <p className="z-muted">{sample.summary}</p>
        </div>
      ),
    },
    { key: 'kind', title: '类别', width: 120, cell: (sample) => <StatusTag dict={sampleKinds} value={sample.kind} /> },
    { key: 'publishedAt', title: '发布日期', width: 130, cell: (sample) => day(sample.publishedAt) },
  ]
  const choose = (key: string) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (key === 'all') next.delete('kind')
    else next.set('kind', key)
    next.delete('page')
    return next
  })
  return (
    <Page title="范文示例" menu="document.samples" hint="供撰写承诺、心得、党课讲稿和工作计划时参考，可下载，也可复制全文后修改使用。">
      <Tabs
        className="z-tabs"
        activeKey={kind ?? 'all'}
        onChange={choose}
        items={[
          { key: 'all', label: '全部' },
          ...KINDS.map((key) => {
            const count = unread.data?.[UNREAD[key]].totalCount ?? 0
            return { key, label: <Badge dot={count > 0} offset={[5, 2]}>{sampleKinds[key].label}{count > 0 && <span className="z-hidden">（{count} 篇未读）</span>}</Badge> }
          }),
        ]}
      />
      <ListPage<SampleRowFragment>
        name="samples" label="范文列表" columns={columns} search={SEARCH} depends={[kind]} empty="此类别还没有范文"
        rowKey={(sample) => sample.id}
        load={async ({ first, offset, filter }, signal) => (await ask(SamplesDocument, {
          first, offset, filter: { kind: kind ?? null, search: filter.search ?? null, unreadOnly: filter.unread === '1' ? true : null },
        }, signal)).document.samples}
      />
    </Page>
  )
}
