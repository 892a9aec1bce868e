import { MeetingNotesDocument } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Pagination } from 'antd'
import { useState } from 'react'
import { Section } from '../../kit/detail-drawer'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'

const SIZE = 20

/** What people wrote down (会议笔记). */
export function Notes({ meeting, count }: { meeting: string; count: number }) {
  const [page, setPage] = useState(1)
  const notes = useQuery({
    queryKey: ['meeting', 'notes', meeting, page, count],
    queryFn: async ({ signal }) => (await ask(MeetingNotesDocument, { meeting, first: SIZE, offset: (page - 1) * SIZE }, signal)).meeting.notes,
    placeholderData: keepPreviousData,
  })
  return (
    <Section title="会议笔记">
      <p className="z-muted z-gap-bottom">党员在手机上写的会议笔记，本人和会议管理员可见。</p>
      <QueryBoundary query={notes}>
        {({ nodes, totalCount }) => (totalCount === 0 ? <EmptyState text="还没有人写笔记" /> : (
          <>
            <ul className="z-meeting-notes" aria-label="会议笔记">
              {nodes.map((note) => (
                <li key={note.person.id}>
                  <p className="z-inline"><b>{note.person.name}</b><span className="z-muted">{instant(note.updatedAt)}</span></p>
                  <div className="z-lines">{note.body}</div>
                </li>
              ))}
            </ul>
            <Pagination current={page} pageSize={SIZE} total={totalCount} hideOnSinglePage showSizeChanger={false} onChange={setPage} />
          </>
        ))}
      </QueryBoundary>
    </Section>
  )
}
