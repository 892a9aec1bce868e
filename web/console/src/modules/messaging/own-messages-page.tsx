import { OwnMessagesDocument, ReadAllMessagesDocument, ReadMessagesDocument, type OwnMessageFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useSees } from '../../app/menu-gate'
import { DetailDrawer } from '../../kit/detail-drawer'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { useLink } from '../../kit/page'
import { useAction } from '../../kit/use-action'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import { OwnFrame } from './own-frame'
import { UNREAD, useUnread } from './unread'
import { occasions, ofMeetings } from './words'
import './messaging.css'

/** 我的消息: what the signed-in person was told; opening it counts as reading. */
export default function OwnMessagesPage() {
  const queries = useQueryClient()
  const [params, setParams] = useSearchParams()
  const all = params.get('show') === 'all'
  const { unread } = useUnread()
  const [shown, setShown] = useState<OwnMessageFragment | null>(null)
  const told = (left: number) => {
    queries.setQueryData(UNREAD, left)
    void queries.invalidateQueries({ queryKey: ['own-messages'] })
  }
  const read = useAction(async (id: string) => (await ask(ReadMessagesDocument, { ids: [id] })).messaging.read, { done: told })
  const readAll = useAction(async () => (await ask(ReadAllMessagesDocument, {})).messaging.readAll, { success: '全部消息已标为已读', done: told })
  const open = (row: OwnMessageFragment) => {
    setShown(row)
    if (!seen(row)) read.mutate(row.id)
  }
  const show = (next: string) => setParams((now) => {
    const to = new URLSearchParams(now)
    to.delete('page')
    if (next === 'all') to.set('show', 'all')
    else to.delete('show')
    return to
  }, { replace: true })
  const columns: ListColumn<OwnMessageFragment>[] = [
    {
      key: 'title', title: '标题', fixed: true,
      cell: (row) => (
        <span className="z-own-title">
          <i className={seen(row) ? 'z-dot z-dot--read' : 'z-dot'} role="img" aria-label={row.withdrawn ? '已撤回' : seen(row) ? '已读' : '未读'} />
          <Button type="link" size="small" className={seen(row) ? 'z-cell-link z-own-read' : 'z-cell-link'} onClick={() => open(row)}>{titleOf(row)}</Button>
        </span>
      ),
    },
    { key: 'occasion', title: '类别', cell: (row) => occasions[row.occasion].label },
    { key: 'organisation', title: '发布组织', cell: (row) => <span className="z-wrap">{row.organisation}</span> },
    { key: 'createdAt', title: '时间', cell: (row) => instant(row.createdAt) },
    { key: 'readAt', title: '阅读时间', hidden: true, cell: (row) => instant(row.readAt) },
  ]
  return (
    <OwnFrame at="messages" hint="党组织发给您的通知和提醒；打开即为已读。">
      <ListPage<OwnMessageFragment>
        key={all ? 'all' : 'unread'} name="own-messages" label="我的消息" columns={columns} depends={[all]} empty={all ? '还没有收到过消息' : '没有未读消息'}
        emptyAction={!all && <Button onClick={() => show('all')}>查看全部消息</Button>}
        rowKey={(row) => row.id} rowName={titleOf} onOpen={open}
        toolbar={(
          <>
            <Segmented<string> aria-label="查看" value={all ? 'all' : 'unread'} onChange={show} options={[{ value: 'unread', label: unread > 0 ? `未读（${unread}）` : '未读' }, { value: 'all', label: '全部' }]} />
            <Button disabled={unread === 0} loading={readAll.isPending} onClick={() => readAll.mutate(undefined)}>全部已读</Button>
          </>
        )}
        load={async ({ first, offset }, signal) => (await ask(OwnMessagesDocument, { first, offset, unread: all ? null : true }, signal)).messaging.mine}
      />
      {shown && <Message row={shown} onClose={() => setShown(null)} />}
    </OwnFrame>
  )
}

/** What was withdrawn waits for nobody. */
const seen = (row: OwnMessageFragment): boolean => row.readAt !== null || row.withdrawn

const titleOf = (row: OwnMessageFragment): string => (row.withdrawn ? '（已撤回的通知）' : row.title)

function Message({ row, onClose }: { row: OwnMessageFragment; onClose: () => void }) {
  const link = useLink()
  const sees = useSees()
  const meeting = ofMeetings(row.occasion) ? row.subject : null
  return (
    <DetailDrawer open title={titleOf(row)} onClose={onClose} size={560}>
      <p className="z-muted z-gap-bottom">{occasions[row.occasion].label} · {row.organisation} · {row.author} · {instant(row.createdAt)}</p>
      {row.withdrawn
        ? <p>这条通知已被发布人撤回。</p>
        : <p className="z-lines z-notice-text">{row.text}</p>}
      {meeting && !row.withdrawn && (sees('meeting.list')
        ? <p className="z-own-act"><Link to={link(`/meeting/list/${meeting}`)}><Button type="primary">查看会议</Button></Link></p>
        : <p className="z-muted z-own-act">请假、签到和查看会议材料，请用手机端办理。</p>)}
    </DetailDrawer>
  )
}
