import { Field } from '@/kit/fields'
import { View } from '@tarojs/components'
import { Finder, sources, type Chosen } from './finder'

interface Branches { totalCount: number; nodes: { id: string; shortName: string }[] }

/** The only branch of the own range, chosen without asking. */
export const onlyOf = ({ totalCount, nodes }: Branches): Chosen[] => (totalCount === 1 ? nodes.map(({ id, shortName }) => ({ id, name: shortName })) : [])

interface Props { label: string; branches: Branches; chosen: Chosen[]; onChange: (chosen: Chosen[]) => void; fault: string | null }

/** A branch of the own range: the only one as it is, else looked up by name. */
export function BranchField({ label, branches, chosen, onChange, fault }: Props) {
  const [only] = onlyOf(branches)
  if (only) return <Field label={label} fault={fault}><View>{only.name}</View></Field>
  return <Finder label={label} must source={sources.branches} chosen={chosen} onChange={onChange} fault={fault} />
}
