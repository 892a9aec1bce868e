import {
  LibraryDocument, PublishTextDocument, WithdrawTextDocument, optionsOf, sampleKinds, sampleStates, type LibraryRowFragment,
} from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm } from 'antd'
import { Link, useNavigate } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { instant, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'

const SEARCH = [
  { name: 'search', label: '标题', placeholder: '标题或摘要中的文字' },
  { name: 'kind', label: '类别', options: optionsOf(sampleKinds) },
  { name: 'state', label: '状态', options: optionsOf(sampleStates) },
] as const

/** 范文库: the operator writes, publishes and withdraws sample texts. */
export default function LibraryPage() {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const publish = useAction((text: LibraryRowFragment) => ask(PublishTextDocument, { id: text.id, version: text.version }),
    { success: '已发布，各组织现在可以看到', refresh: ['library'] })
  const withdraw = (text: LibraryRowFragment) => confirm({
    title: `下架《${text.title}》`,
    content: '下架后，各组织将立即看不到这篇范文；以后可以重新发布。',
    okText: '下架',
    work: async () => {
      await ask(WithdrawTextDocument, { id: text.id, version: text.version })
      await queries.invalidateQueries({ queryKey: ['library'] })
      void message.success('已下架')
    },
  })
  const columns: ListColumn<LibraryRowFragment>[] = [
    { key: 'title', title: '标题', fixed: true, cell: (text) => <span className="z-wrap"><Link to={`/operator/samples/${text.id}`}>{text.title}</Link></span> },
    { key: 'kind', title: '类别', cell: (text) => sampleKinds[text.kind].label },
    { key: 'state', title: '状态', cell: (text) => <StatusTag dict={sampleStates} value={text.state} /> },
    { key: 'summary', title: '摘要', hidden: true, cell: (text) => <span className="z-wrap">{text.summary}</span> },
    { key: 'publishedAt', title: '发布时间', cell: (text) => instant(text.publishedAt) },
    { key: 'updatedAt', title: '更新时间', cell: (text) => instant(text.updatedAt) },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (text) => (
        <>
          <Button type="link" size="small" aria-label={`编辑 ${text.title}`} onClick={() => void navigate(`/operator/samples/${text.id}`)}>编辑</Button>
          {text.state === 'PUBLISHED'
            ? <Button type="link" size="small" danger aria-label={`下架 ${text.title}`} onClick={() => withdraw(text)}>下架</Button>
            : (
              <Popconfirm title="发布这篇范文？" description="发布后所有开通此模块的组织都能看到。" okText="发布" cancelText="取消" onConfirm={() => publish.mutateAsync(text).catch(() => undefined)}>
                <Button type="link" size="small" aria-label={`发布 ${text.title}`}>发布</Button>
              </Popconfirm>
            )}
        </>
      ),
    },
  ]
  return (
    <Page title="范文库" menu="plat.samples">
      <ListPage<LibraryRowFragment>
        name="library" label="范文库列表" columns={columns} search={SEARCH} empty="还没有范文"
        rowKey={(text) => text.id}
        toolbar={<Button type="primary" onClick={() => void navigate('/operator/samples/new')}>新建范文</Button>}
        load={async ({ first, offset, filter }, signal) => (await ask(LibraryDocument, {
          first, offset, filter: { kind: oneOf(sampleKinds, filter.kind) ?? null, state: oneOf(sampleStates, filter.state) ?? null, search: filter.search ?? null },
        }, signal)).document.library}
      />
    </Page>
  )
}
