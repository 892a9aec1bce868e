/** The numbers of an assembly as they are typed. */
export interface Figures { should: number; present: number; issued: number; returned: number; valid: number }

/** Votes for one candidate. */
export interface Votes { post: string; yes: number; no: number; abstain: number }

/** What comes of an election: a fault of its numbers, or who is elected. The server decides by the same rules. */
export type Counted = { fault: string } | { fault?: undefined; quorum: boolean; results: ('elected' | 'tied' | 'lost')[] }

/** Counts an election while it is typed: four fifths present, more than half of those present, as many as there are seats. */
export function count({ should, present, issued, returned, valid }: Figures, seats: { post: string; seats: number }[], candidates: Votes[]): Counted {
  if (should < 1) return { fault: '请填写应到会人数' }
  if (present > should) return { fault: '实到会人数不能多于应到会人数' }
  if (issued > present) return { fault: '发出的选票不能多于实到会人数' }
  if (returned > issued) return { fault: '收回的选票多于发出的选票，选举无效，应重新选举' }
  if (valid > returned) return { fault: '有效选票不能多于收回的选票' }
  if (candidates.some(({ yes, no, abstain }) => yes + no + abstain !== valid)) return { fault: `每名候选人的赞成、反对、弃权票数之和应等于有效选票 ${valid} 张` }
  for (const { post, seats: number } of seats) {
    const all = candidates.filter((one) => one.post === post).reduce((sum, { yes }) => sum + yes, 0)
    if (all > valid * number) return { fault: '赞成票总数多于有效选票可选的人数：每张选票所选人数不得多于应选名额' }
  }
  const quorum = present * 5 >= should * 4
  const passed = candidates.map(({ yes }) => quorum && yes * 2 > present)
  const results = candidates.map((one, at) => {
    const number = seats.find(({ post }) => post === one.post)?.seats ?? 0
    const rivals = candidates.filter((other, n) => passed[n] && other.post === one.post)
    const above = rivals.filter(({ yes }) => yes > one.yes).length
    const level = rivals.filter(({ yes }) => yes === one.yes).length
    if (!passed[at] || above >= number) return 'lost'
    return above + level <= number ? 'elected' : 'tied'
  })
  return { quorum, results }
}
