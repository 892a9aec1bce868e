import type { VoteRule } from './generated'

/** What was counted in a meeting. */
export interface Ballot { should: number; present: number; yes: number; written: number; no: number; abstain: number }

/** Whether a vote counts and passes, or why its numbers cannot be. The server decides by the same rules. */
export type Tally = { fault: string } | { fault?: undefined; quorum: boolean; passed: boolean; needed: number }

/** Counts a vote while it is typed. */
export function tally(rule: VoteRule, { should, present, yes, written, no, abstain }: Ballot): Tally {
  if (should < 1) return { fault: '请填写应到会人数' }
  if (present > should) return { fault: '实到会人数不能多于应到会人数' }
  if (yes + no + abstain > present) return { fault: '赞成、反对、弃权票数之和不能多于实到会人数' }
  if (written > 0 && rule !== 'ASSEMBLY') return { fault: '该会议不计书面意见' }
  if (written > should - present) return { fault: '书面意见不能多于未到会人数' }
  const quorum = rule === 'COMMITTEE' ? present * 2 >= should : present * 2 > should
  return { quorum, passed: quorum && (yes + written) * 2 > should, needed: Math.floor(should / 2) + 1 }
}
