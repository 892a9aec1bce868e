import type { WritingWholeFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useNavigate } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { day, instant } from '../../kit/words'
import { Marks } from './list'
import type { Shelf } from './shelf'
import { pledgeTypes } from './words'
import '../../styles/notes.css'

interface DrawerProps { shelf: Shelf; id: string; onOpen: (id: string) => void; onClose: () => void }

/** One text beside the list, with what may be done with it. */
export function WritingDrawer({ shelf, id, onOpen, onClose }: DrawerProps) {
  const text = useQuery({
    queryKey: [shelf.key, 'one', id],
    queryFn: ({ signal }) => shelf.one(id, signal),
  })
  return (
    <DetailDrawer open title={text.data?.writing.title ?? shelf.title} onClose={onClose} size={780}
      extra={text.data && <Actions shelf={shelf} text={text.data} onClose={onClose} />}>
      <QueryBoundary query={text} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {(one) => <Whole text={one} onOpen={onOpen} />}
      </QueryBoundary>
    </DetailDrawer>
  )
}

function Actions({ shelf, text, onClose }: { shelf: Shelf; text: WritingWholeFragment; onClose: () => void }) {
  const { id, version, state, title, editable, recommendable, recommendedAt } = text.writing
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const taken = (next: WritingWholeFragment) => {
    queries.setQueryData([shelf.key, 'one', id], next)
    void queries.invalidateQueries({ queryKey: [shelf.key], predicate: ({ queryKey }) => queryKey[1] !== 'one' })
  }
  const publish = useAction(() => shelf.publish({ id, version }), { success: '已发布', done: taken })
  const recommend = useAction((on: boolean) => shelf.recommend({ id, version, on }), { success: recommendedAt ? '已取消推荐' : '已推荐', done: taken })
  const withdraw = () => confirm({
    title: `撤回“${title}”`, okText: '撤回',
    content: recommendedAt ? '撤回后他人不再可见，推荐同时取消。撤回后可以修改并重新发布。' : '撤回后他人不再可见，可以修改并重新发布。',
    work: async () => taken(await shelf.withdraw({ id, version })),
  })
  const remove = () => confirm({
    title: `删除“${title}”`, okText: '删除', content: '删除后不能恢复。',
    work: async () => {
      await shelf.remove({ id, version })
      onClose()
      await queries.invalidateQueries({ queryKey: [shelf.key] })
    },
  })
  return (
    <div className="z-inline">
      {recommendable && <Button loading={recommend.isPending} onClick={() => recommend.mutate(!recommendedAt)}>{recommendedAt ? '取消推荐' : '推荐'}</Button>}
      {editable && state === 'PUBLISHED' && <Button onClick={withdraw}>撤回</Button>}
      {editable && state !== 'PUBLISHED' && <Button danger onClick={remove}>删除</Button>}
      {editable && <Button onClick={() => void navigate(link(`${shelf.path}/${id}/edit`))}>编辑</Button>}
      {editable && state !== 'PUBLISHED' && <Button type="primary" loading={publish.isPending} onClick={() => publish.mutate(undefined)}>发布</Button>}
    </div>
  )
}

function Whole({ text: { writing: one, body, similar }, onOpen }: { text: WritingWholeFragment; onOpen: (id: string) => void }) {
  return (
    <>
      <dl className="z-facts">
        <div><dt>党员</dt><dd>{one.person.name}</dd></div>
        <div><dt>所在党支部</dt><dd>{one.branch.shortName}</dd></div>
        {one.kind && <div><dt>承诺类型</dt><dd><StatusTag dict={pledgeTypes} value={one.kind} /></dd></div>}
        {one.year !== null && <div><dt>承诺年度</dt><dd>{one.year} 年</dd></div>}
        {one.source && <div><dt>学习内容</dt><dd>{one.source}</dd></div>}
        <div><dt>状态</dt><dd><Marks row={one} /></dd></div>
        <div><dt>发布时间</dt><dd>{instant(one.publishedAt)}</dd></div>
        <div><dt>字数</dt><dd>{one.length.toLocaleString('zh-CN')} 字</dd></div>
      </dl>
      {similar.length > 0 && (
        <Section title="疑似雷同">
          <Alert type="warning" showIcon title="与以下已发布的学习心得内容相近，供管理员参考，不影响发布。" />
          <ul className="z-alike">
            {similar.map((other, index) => (
              <li key={other.id ?? index}>
                <b>{other.likeness}%</b>{' '}
                {other.id ? <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(other.id ?? '')}>{other.title}</Button> : '（不在您的管理范围）'}{' '}
                <span className="z-muted">{[other.name, other.branch, day(other.publishedAt)].filter(Boolean).join('，')}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="正文">
        <article className="z-prose">{body.split('\n\n').map((words, index) => <p key={index}>{words}</p>)}</article>
      </Section>
    </>
  )
}
