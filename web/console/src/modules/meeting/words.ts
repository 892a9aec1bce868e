import type { OrgType, MeetingRowFragment } from '@zhibu/api'
import dayjs from 'dayjs'

export {
  attendances, leaveKinds, leaveStates, meetingAlerts, meetingAttends, meetingEvery, meetingFileKinds, meetingModes, meetingParts, meetingQuorums, meetingStates,
  SECRET, signWays, voteRules, voteStates,
} from '@zhibu/api/meeting-words'

/** Minutes of a meeting on paper. */
export const PAPER = { kind: 'meeting_minutes', title: '会议纪要', forms: true } as const

/** The years that pages offer. */
export const yearsFrom = (ahead: number): { value: number; label: string }[] =>
  [...Array(ahead + 4).keys()].map((back) => dayjs().year() + ahead - back).map((year) => ({ value: year, label: `${year}年` }))

/** Names of the kinds of a meeting. */
export const kindsOf = ({ types }: Pick<MeetingRowFragment, 'types'>): string => types.map(({ name }) => name).join('、')

const WEEK = ['日', '一', '二', '三', '四', '五', '六']

/** When a meeting is: the day once, when it ends on the same. */
export function span(from: string, to: string): string {
  const [start, end] = [dayjs(from), dayjs(to)]
  const day = start.format('YYYY年M月D日')
  return start.isSame(end, 'day')
    ? `${day}（星期${WEEK[start.day()]}）${start.format('HH:mm')}—${end.format('HH:mm')}`
    : `${day} ${start.format('HH:mm')} 至 ${end.format('M月D日 HH:mm')}`
}

/** A share in hundredths; nothing is a share of nothing. */
export const rate = (part: number, whole: number): string => (whole > 0 ? `${(Math.min(part, whole) / whole * 100).toFixed(1).replace(/\.0$/, '')}%` : '—')

/** Kinds of organisations that hold meetings. */
export const holders: OrgType[] = [
  'BRANCH', 'JOINT_BRANCH', 'GENERAL_BRANCH', 'PARTY_COMMITTEE', 'WORK_COMMITTEE', 'PROVISIONAL_BRANCH', 'PROVISIONAL_GENERAL_BRANCH', 'PROVISIONAL_COMMITTEE',
  'MOBILE_BRANCH', 'LEADING_GROUP', 'PARTY_GROUP',
]
