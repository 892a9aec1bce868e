import { NumberCards, type NumberCard } from '../../kit/number-cards'
import { usePermission } from '../../kit/permissions'
import { useSees } from '../menu-gate'
import { membersPath, organisationsPath } from './paths'
import type { MemberNumbers, Overview } from './use-overview'

const MEMBERS: { label: string; of: (members: MemberNumbers) => number; search?: Record<string, string> }[] = [
  { label: '党员', of: (members) => members.total },
  { label: '正式党员', of: (members) => members.formal, search: { type: 'FORMAL' } },
  { label: '预备党员', of: (members) => members.probationary, search: { type: 'PROBATIONARY' } },
  { label: '女党员', of: (members) => members.women, search: { sex: '2' } },
  { label: '流动党员', of: (members) => members.floating, search: { floating: 'yes' } },
]

/** A part of a whole in per cent; nothing for none of none. */
const share = (part: number, whole: number) => (whole > 0 ? `占 ${Math.round((part / whole) * 1000) / 10}%` : '')

/** Organisations and members in numbers, each leading to its list; no numbers while they are counted. */
export function Numbers({ overview }: { overview: Overview | undefined }) {
  const sees = useSees()
  const seesMembers = usePermission('member.info.read')
  const members = overview?.members
  const cards: NumberCard[] = [
    { label: '党组织', value: overview?.organisations, unit: '个', ...(sees('org.info') ? { to: organisationsPath() } : {}) },
    ...((overview ? members : seesMembers) ? MEMBERS.map(({ label, of, search }) => ({
      label, value: members ? of(members) : undefined, unit: '名',
      ...(search && members ? { note: share(of(members), members.total) } : {}),
      ...(sees('member.info') ? { to: membersPath(search) } : {}),
    })) : []),
  ]
  return <NumberCards label="数据概览" cards={cards} />
}
