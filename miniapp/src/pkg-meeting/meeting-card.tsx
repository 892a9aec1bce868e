import { View } from '@tarojs/components'
import { meetingStates } from '@zhibu/api/meeting-words'
import type { MiniMeetingRowFragment } from '@zhibu/api/generated'
import { reach } from '@/kit/press'
import { Tag } from '@/kit/rows'
import { ownState, timeWords } from './words'

/** A meeting in a list: what, when, where, and where one stands oneself; for who holds it, how many are there. */
export function MeetingCard({ meeting, held = false, onPress }: { meeting: MiniMeetingRowFragment; held?: boolean; onPress: () => void }) {
  const own = held ? null : ownState(meeting.me, meeting.state)
  const begun = !['DRAFT', 'PUBLISHED', 'CANCELLED'].includes(meeting.state)
  return (
    <View className="card" role="link" {...reach} onClick={onPress}>
      <View className="card-title">{meeting.title}</View>
      <View className="tags"><Tag tone={meetingStates[meeting.state].tone}>{meetingStates[meeting.state].label}</Tag>{own ? <> <Tag tone={own.tone}>{own.label}</Tag></> : null}</View>
      <View className="strong">{timeWords(meeting.startsAt, meeting.endsAt)}</View>
      <View>{meeting.place ?? '视频会议'}</View>
      <View className="soft">{meeting.organisation.shortName}　{meeting.types.map(({ name }) => name).join('、')}</View>
      {held ? <View className="soft">应到 {meeting.should} 人{begun ? `　实到 ${meeting.attended} 人` : ''}{meeting.onLeave ? `　请假 ${meeting.onLeave} 人` : ''}</View> : null}
    </View>
  )
}
