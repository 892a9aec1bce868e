import { Field } from '@/kit/fields'
import { View } from '@tarojs/components'
import { Finder, sources, type Chosen } from './finder'

interface Props { label: string; branches: { totalCount: number; nodes: { id: string; shortName: string }[] }; chosen: Chosen[]; onChange: (chosen: Chosen[]) => void; fault: string | null }

/** A branch of the own range: the only one as it is, else looked up by name. */
export function BranchField({ label, branches, chosen, onChange, fault }: Props) {
  const only = branches.totalCount === 1 ? branches.nodes[0] : undefined
  if (only) return <Field label={label} fault={fault}><View>{only.shortName}</View></Field>
  return <Finder label={label} must source={sources.branches} chosen={chosen} onChange={onChange} fault={fault} />
}
