import { View } from '@tarojs/components'
import { MiniMeetingPlacesDocument } from '@zhibu/api/documents/mini-meeting-hold'
import type { MiniMeetingPlacesQuery } from '@zhibu/api/generated'
import { Choices, Field } from '@/kit/fields'
import { Finder, type Chosen } from '../pkg-manage/finder'

/** As many as are shown at once instead of being looked up by name. */
const FEW = 6
/** Organisations of the own range, by name. */
export const placeSource = { document: MiniMeetingPlacesDocument, rows: ({ directory }: MiniMeetingPlacesQuery) => directory.organisations.nodes.map(({ id, shortName }) => ({ id, name: shortName })), none: '没有找到党组织' }

interface Props { label?: string; places: MiniMeetingPlacesQuery['directory']['organisations']; chosen: Chosen[]; onChange: (chosen: Chosen[]) => void; fault: string | null }

/** An organisation of the own range: the only one as it is, one of a few by a touch, else looked up by name. */
export function PlaceField({ label = '召开会议的党组织', places, chosen, onChange, fault }: Props) {
  const [only] = places.nodes
  if (places.totalCount === 1 && only) return <Field label={label} fault={fault}><View className="strong">{only.shortName}</View></Field>
  if (places.totalCount > FEW) return <Finder label={label} must source={placeSource} chosen={chosen} onChange={onChange} fault={fault} />
  const options = places.nodes.map(({ id, shortName }) => ({ key: id, label: shortName }))
  return (
    <Field label={label} must fault={fault}>
      <Choices options={options} value={chosen[0]?.id ?? null} onChange={(id) => onChange([{ id, name: options.find(({ key }) => key === id)?.label ?? '' }])} />
    </Field>
  )
}
