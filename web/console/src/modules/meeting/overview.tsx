import type { MeetingFullFragment } from '@zhibu/api'
import { Section } from '../../kit/detail-drawer'
import { instant } from '../../kit/words'
import { kindsOf, meetingAttends, meetingModes, meetingQuorums, span } from './words'

/** What was planned, and when it went on. */
export function Overview({ one }: { one: MeetingFullFragment }) {
  const { meeting } = one
  const rows: [string, string | null][] = [
    ['会议类型', kindsOf(meeting)], ['召开组织', meeting.organisation.shortName], ['会议时间', span(meeting.startsAt, meeting.endsAt)], ['会议方式', meetingModes[meeting.mode].label],
    ['会议地点', meeting.place], ['主持人', one.host?.name ?? null], ['记录人', one.recorder?.name ?? null], ['主讲人', one.speaker], ['其他列席', one.observers],
    ['参会范围', meetingAttends[one.attend].label], ['到会要求', meetingQuorums[one.quorum].label], ['迟到时限', `开始后 ${one.lateMinutes} 分钟`],
    ['定位签到', one.fence ? `会场 ${one.fence.radius} 米以内` : meeting.mode === 'VIDEO' ? null : '未设置，只能扫码签到'],
    ['实际开始', one.startedAt && instant(one.startedAt)], ['实际散会', one.endedAt && instant(one.endedAt)], ['创建', `${meeting.createdBy}，${instant(meeting.createdAt)}`],
  ]
  return (
    <>
      <Section title="基本情况">
        <dl className="z-facts">
          {rows.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
          {one.link && <div><dt>会议链接</dt><dd><a href={one.link} target="_blank" rel="noreferrer">{one.link}</a></dd></div>}
        </dl>
      </Section>
      <Section title="会议议程">
        <ul className="z-meeting-agenda">{one.agenda.split('\n').filter((line) => line.trim()).map((line, index) => <li key={index}>{line}</li>)}</ul>
      </Section>
    </>
  )
}
