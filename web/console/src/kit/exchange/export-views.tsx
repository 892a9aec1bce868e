import { ExportNotice } from './export-notice'
import { ExportOrder } from './export-order'
import { ExportRecords } from './export-records'

type Part<View> = View extends (props: infer Props) => unknown ? Props : never

/** What is loaded when something is exported: the order, the own exports, or how far one is. */
export type ExportView =
  | { view: 'order' } & Part<typeof ExportOrder>
  | { view: 'records' } & Part<typeof ExportRecords>
  | { view: 'notice' } & Part<typeof ExportNotice>

/** One of these views. */
export default function ExportViews(props: ExportView) {
  if (props.view === 'order') return <ExportOrder {...props} />
  return props.view === 'records' ? <ExportRecords {...props} /> : <ExportNotice {...props} />
}
