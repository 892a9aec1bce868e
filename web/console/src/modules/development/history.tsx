import type { DevelopmentDetailFragment } from '@zhibu/api'
import { EmptyState } from '../../kit/states'
import { day, instant } from '../../kit/words'

/** 办理经过: everything that was recorded, newest first, also what no longer counts. */
export function History({ file }: { file: DevelopmentDetailFragment }) {
  if (file.timeline.length === 0) return <EmptyState text="还没有登记" />
  return (
    <ol className="z-history" aria-label="办理经过">
      {file.timeline.map((one) => (
        <li key={one.id} className={one.voided === null ? '' : 'z-voided'}>
          <p>
            <b>{one.step !== null && `第${one.step}步 `}{one.title}</b>
            {one.failed && <span className="z-tag z-tag--bad">未通过</span>}
            {one.voided !== null && <span className="z-tag z-tag--off">不再有效：{one.voided}</span>}
            <span className="z-muted">{day(one.on)} 办理，{one.by} 于 {instant(one.at)} 登记</span>
          </p>
          {one.words.length > 0 && <p>{one.words.join('；')}</p>}
        </li>
      ))}
    </ol>
  )
}
