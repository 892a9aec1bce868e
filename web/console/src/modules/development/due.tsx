import type { DevelopmentRowFragment } from '@zhibu/api'
import { day } from '../../kit/words'

/** The last legal day of a case, marked when it has passed. */
export function Due({ row }: { row: Pick<DevelopmentRowFragment, 'latest' | 'overdue'> }) {
  if (!row.latest) return <>—</>
  return <span className="z-inline">{day(row.latest)}{row.overdue && <span className="z-tag z-tag--bad">已超期</span>}</span>
}
