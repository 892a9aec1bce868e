import { NoticesDocument, WithdrawNoticeDocument, type NoticeRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { QueryBoundary } from '../../../kit/states'
import { instant, today } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { NoticeForm } from './notice-form'

const SHOWN = 50

/** Where a notice stands today. */
function stateOf(notice: NoticeRowFragment): { label: string; tone: string } {
  if (notice.withdrawnAt) return { label: '已撤回', tone: 'off' }
  if (notice.until < today()) return { label: '已结束', tone: 'off' }
  if (notice.since > today()) return { label: '未开始', tone: 'info' }
  return { label: '显示中', tone: 'ok' }
}

/** 通知租户: what administrators of tenants see at the top of their console. */
export function NoticesDrawer({ onClose }: { onClose: () => void }) {
  const [writing, setWriting] = useState(false)
  const confirm = useConfirmDanger()
  const notices = useQuery({
    queryKey: ['notices'],
    queryFn: async ({ signal }) => (await ask(NoticesDocument, { first: SHOWN, offset: 0 }, signal)).system.notices,
  })
  const withdraw = (notice: NoticeRowFragment) => confirm({
    title: `撤回“${notice.title}”`,
    content: '撤回后，租户的管理员不再看到这条通知。',
    okText: '撤回',
    work: async () => {
      await ask(WithdrawNoticeDocument, { id: notice.id })
      await notices.refetch()
    },
  })
  return (
    <DetailDrawer open title="通知租户" onClose={onClose} size={640} extra={<Button type="primary" onClick={() => setWriting(true)}>写通知</Button>}>
      <QueryBoundary query={notices}>
        {(list) => (
          <Section title={`通知（${list.totalCount ?? 0}）`}>
            {list.nodes.length === 0 && <p className="z-muted">还没有发过通知</p>}
            <ul className="z-rows" aria-label="通知">
              {list.nodes.map((notice) => {
                const { label, tone } = stateOf(notice)
                const open = !notice.withdrawnAt && notice.until >= today()
                return (
                  <li key={notice.id}>
                    <div>
                      <b>{notice.title}</b><span className={`z-tag z-tag--${tone}`}>{label}</span>
                      <p className="z-lines">{notice.text}</p>
                      <p className="z-muted">
                        {notice.since} 至 {notice.until}，{notice.tenants ? notice.tenants.map((tenant) => tenant.name).join('、') : '全部租户'}；{notice.createdBy} 于 {instant(notice.createdAt)} 发布
                      </p>
                    </div>
                    {open && <Button size="small" danger aria-label={`撤回：${notice.title}`} onClick={() => withdraw(notice)}>撤回</Button>}
                  </li>
                )
              })}
            </ul>
          </Section>
        )}
      </QueryBoundary>
      {writing && <NoticeForm onClose={() => setWriting(false)} onSent={() => void notices.refetch()} />}
    </DetailDrawer>
  )
}
