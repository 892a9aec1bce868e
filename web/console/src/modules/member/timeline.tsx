import { endReasons, memberTypes, MemberTimelineDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../net/ask'
import { Section } from '../../kit/detail-drawer'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { day } from '../../kit/words'
import { useWords } from './dictionary'

const span = (from: string, to: string | null) => `${day(from)} 起${to ? `，至 ${day(to)}` : '，至今'}`

/** 履历: the branches somebody was a member of and the posts held there, newest first. */
export function Timeline({ id }: { id: string }) {
  const word = useWords()
  const timeline = useQuery({
    queryKey: ['members', 'timeline', id],
    queryFn: async ({ signal }) => (await ask(MemberTimelineDocument, { id }, signal)).directory.memberTimeline,
  })
  return (
    <QueryBoundary query={timeline}>
      {({ episodes, posts }) => (
        <>
          <Section title="所在党支部">
            <ol className="z-history" aria-label="所在党支部">
              {episodes.map((one, at) => (
                // Two stays may begin on the same day in the same branch.
                <li key={at}>
                  <p><b>{one.branch.shortName}{one.group ? `（${one.group.shortName}）` : ''}</b><span className="z-muted">{span(one.from, one.to)}</span></p>
                  <p><StatusTag dict={memberTypes} value={one.memberType} />{one.endReason && <span>{endReasons[one.endReason].label}{one.endNote ? `：${one.endNote}` : ''}</span>}</p>
                </li>
              ))}
            </ol>
          </Section>
          <Section title="党内职务">
            {posts.length === 0
              ? <EmptyState text="没有任职记录" />
              : (
                <ol className="z-history" aria-label="党内职务">
                  {posts.map((one, at) => (
                    <li key={at}><p><b>{word('post', one.post)}</b><span>{one.organisation.shortName}</span><span className="z-muted">{span(one.from, one.to)}</span></p></li>
                  ))}
                </ol>
              )}
          </Section>
        </>
      )}
    </QueryBoundary>
  )
}
