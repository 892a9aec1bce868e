import { attendances, leaveStates, WITHHELD } from '@zhibu/api/meeting-words'
import type { MiniBallotFragment, MiniMeetingRowFragment, MiniOwnPlaceFragment } from '@zhibu/api/generated'

const WEEK = '日一二三四五六'
const china = (moment: string): Date => new Date(Date.parse(moment) + 8 * 3_600_000)
const two = (number: number): string => String(number).padStart(2, '0')

/** A moment as `09:05` in China. */
export const clock = (moment: string): string => china(moment).toISOString().slice(11, 16)

/** When a meeting is, `11月27日（周五）09:00—11:00`; the year where it is not this one. */
export function timeWords(startsAt: string, endsAt: string): string {
  const [from, to] = [china(startsAt), china(endsAt)]
  const year = from.getUTCFullYear() === china(new Date().toISOString()).getUTCFullYear() ? '' : `${from.getUTCFullYear()}年`
  const day = (at: Date) => `${at.getUTCMonth() + 1}月${at.getUTCDate()}日（周${WEEK[at.getUTCDay()]}）`
  const last = from.toISOString().slice(0, 10) === to.toISOString().slice(0, 10) ? '' : day(to)
  return `${year}${day(from)}${two(from.getUTCHours())}:${two(from.getUTCMinutes())}—${last}${two(to.getUTCHours())}:${two(to.getUTCMinutes())}`
}

/** Where somebody stands in a meeting, in a word. */
export function ownState(me: MiniOwnPlaceFragment | null | undefined, state: MiniMeetingRowFragment['state']): { label: string; tone: string } | null {
  if (!me) return null
  if (me.signedAt) return { label: me.attendance === 'LATE' ? '已签到（迟到）' : '已签到', tone: 'ok' }
  if (me.leaveState === 'GRANTED' && state !== 'FINISHED') return { label: '请假已同意', tone: 'ok' }
  if (me.attendance) return { label: attendances[me.attendance].label, tone: attendances[me.attendance].tone ?? '' }
  if (me.leaveState) return { label: me.leaveState === 'ASKED' ? '请假待批' : `请假${leaveStates[me.leaveState].label}`, tone: leaveStates[me.leaveState].tone ?? '' }
  if (state === 'RUNNING') return { label: '未签到', tone: 'warn' }
  if (me.part === 'OBSERVER') return { label: '列席', tone: '' }
  if (me.part === 'EXEMPT') return { label: '不计入应到', tone: '' }
  return state === 'PUBLISHED' ? { label: '需参加', tone: '' } : null
}

/** What came of a vote, in a sentence. */
export function resultWords(vote: MiniBallotFragment): string {
  if (vote.state !== 'ENDED') return ''
  if (vote.withheld) return WITHHELD
  if (vote.rule === 'NONE') return '投票已结束'
  if (vote.quorum === false) return '到会人数不足，结果无效'
  if (vote.rule === 'ELECTION') return vote.elected.length ? `当选：${vote.elected.map((at) => vote.options[at]).join('、')}` : '没有人当选'
  return vote.passed ? '通过' : '未通过'
}

/** Reads what was chosen, by places in the list. */
export const chosenWords = (vote: MiniBallotFragment, chosen: readonly number[]): string => chosen.map((at) => vote.options[at]).join('、')
