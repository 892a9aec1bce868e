import { orgTypes, type AttentionKind, type OrganisationAttention, type OrgType } from '@zhibu/api'
import dayjs from 'dayjs'
import { oneOf } from '../../kit/words'

const ORGANISATIONS = '/org/info'
const MEMBERS = '/member/info'

/** The list of members that a search shows; the names are those of its search bar, and `org` names another range. */
export const membersPath = (search: Record<string, string> = {}): string => {
  const text = new URLSearchParams(search).toString()
  return text ? `${MEMBERS}?${text}` : MEMBERS
}

/** The organisations of one kind, or all. */
export const organisationsPath = (type?: OrgType): string => (type ? `${ORGANISATIONS}?type=${type}` : ORGANISATIONS)

const waiting = (attention: OrganisationAttention) => `${ORGANISATIONS}?attention=${attention}`

/** The enumeration's value for a code such as `party_committee`. */
export const orgTypeOf = (code: string): OrgType | undefined => oneOf(orgTypes, code.toUpperCase())

/** First and last age of each band that the server counts by. */
const BANDS: Record<string, { label: string; from?: number; to?: number }> = {
  '≤30': { label: '30 岁及以下', to: 30 },
  '31-40': { label: '31～40 岁', from: 31, to: 40 },
  '41-50': { label: '41～50 岁', from: 41, to: 50 },
  '51-60': { label: '51～60 岁', from: 51, to: 60 },
  '>60': { label: '61 岁及以上', from: 61 },
}

/** What a band of ages is called. */
export const bandLabel = (band: string): string => BANDS[band]?.label ?? band

/** The members of an age band as of a day. */
export function bandPath(band: string, today: string): string {
  const { from, to } = BANDS[band] ?? {}
  const youngest = from === undefined ? '' : dayjs(today).subtract(from, 'year').format('YYYY-MM-DD')
  const oldest = to === undefined ? '' : dayjs(today).subtract(to + 1, 'year').add(1, 'day').format('YYYY-MM-DD')
  return membersPath({ born: `${oldest}~${youngest}` })
}

/** Where something that waits is dealt with; probation ends a year after joining. */
export function attentionPath(kind: AttentionKind, today: string): string {
  const yearAgo = dayjs(today).subtract(1, 'year')
  const day = (shift: number) => yearAgo.add(shift, 'day').format('YYYY-MM-DD')
  switch (kind) {
    case 'PROBATION_OVER': return membersPath({ type: 'PROBATIONARY', joined: `~${day(-1)}` })
    case 'PROBATION_ENDING': return membersPath({ type: 'PROBATIONARY', joined: `${day(0)}~${day(29)}` })
    case 'LOST_MEMBERS': return membersPath({ lost: 'yes' })
    case 'TERM_OVER': return waiting('TERM_OVER')
    case 'TERM_ENDING': return waiting('TERM_ENDING')
    case 'ORGANISATION_UNFINISHED': return waiting('UNFINISHED')
  }
}
