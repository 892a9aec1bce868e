import type { ImportViews } from './import-drawer'
import { ImportProgress } from './import-progress'
import { ImportRecords } from './import-records'
import { ImportStart } from './import-start'

/** What the drawer of imports shows: a new import, the own imports, or one of them. */
export default function Views({ shown, ...views }: ImportViews & { shown: string }) {
  if (shown === 'records') return <ImportRecords {...views} />
  return shown === 'new' ? <ImportStart {...views} /> : <ImportProgress key={shown} id={shown} {...views} />
}
