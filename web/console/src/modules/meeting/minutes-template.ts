import type { MeetingFullFragment, MeetingSeatFragment } from '@zhibu/api'
import { WITHHELD } from '@zhibu/api/meeting-words'

/** What the form of minutes holds. */
export interface MinutesValues { body: string; resolutions?: string | null; tasks?: string | null; reason?: string }

/** Names that fit on a line of minutes. */
const names = (seats: MeetingSeatFragment[]): string => (seats.length > 60 ? `${seats.slice(0, 60).map(({ name }) => name).join('、')} 等 ${seats.length} 人` : seats.map(({ name }) => name).join('、') || '无')

/** What the system knows already, as a beginning. */
export function template(one: MeetingFullFragment, seats: MeetingSeatFragment[]): MinutesValues {
  const should = seats.filter(({ part }) => part === 'SHOULD')
  const there = should.filter(({ attendance }) => attendance === 'PRESENT' || attendance === 'LATE')
  const leave = should.filter(({ attendance, leaveState }) => attendance === 'LEAVE' || (attendance === null && leaveState === 'GRANTED'))
  const rest = should.filter((seat) => !there.includes(seat) && !leave.includes(seat))
  const observers = [...seats.filter(({ part, attendance }) => part === 'OBSERVER' && attendance !== null).map(({ name }) => name), ...(one.observers ? [one.observers] : [])]
  const body = [
    `应到 ${should.length} 人，实到 ${there.length} 人，请假 ${leave.length} 人，缺席 ${rest.length} 人。`,
    `出席：${names(there)}`, `请假：${names(leave)}`, `缺席：${names(rest)}`, ...(observers.length > 0 ? [`列席：${observers.join('、')}`] : []), '',
    ...one.agenda.split('\n').filter((line) => line.trim()).flatMap((line) => [line, '']),
  ].join('\n')
  const resolutions = one.votes.filter(({ state }) => state === 'ENDED').map((vote, index) => {
    if (vote.withheld) return `${index + 1}. ${vote.title}：${WITHHELD}。`
    const counted = vote.options.map((option, at) => `${option} ${vote.counts?.[at] ?? 0} 票`).join('，')
    const came = vote.passed !== null ? (vote.passed ? '，表决通过' : '，表决未通过') : vote.rule === 'ELECTION' ? (vote.elected.length > 0 ? `，当选：${vote.elected.map((at) => vote.options[at]).join('、')}` : '，无人当选') : ''
    return `${index + 1}. ${vote.title}：${counted}${came}${vote.quorum === false ? '（到会人数不足）' : ''}。`
  })
  return { body, resolutions: resolutions.join('\n') || null, tasks: null }
}
