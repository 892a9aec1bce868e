import type { CSSProperties } from 'react'
import { Link } from 'react-router'
import { useLink } from './page'
import '../styles/charts.css'

/** One bar; with `to` it leads to what was counted. */
export interface Bar { key: string; label: string; value: number; to?: string }

const LONGEST = 10

/** Horizontal bars. Each row says its name and number in text, so it needs no other words for those who cannot see it. */
export function BarChart({ label, unit, bars }: { label: string; unit: string; bars: Bar[] }) {
  const link = useLink()
  const most = Math.max(1, ...bars.map((bar) => bar.value))
  const width = Math.min(LONGEST, Math.max(...bars.map((bar) => bar.label.length)))
  return (
    <ul className="z-bars" aria-label={label} style={{ '--label': `${width}em` } as CSSProperties}>
      {bars.map((bar) => {
        const inside = (
          <>
            <span className="z-bar-label">{bar.label}</span>{' '}
            <span className="z-bar-line">
              <i aria-hidden className={bar.value > 0 ? 'z-bar-some' : ''} style={{ '--part': bar.value / most } as CSSProperties} />
              <span><b>{bar.value.toLocaleString('zh-CN')}</b> {unit}</span>
            </span>
          </>
        )
        return <li key={bar.key}>{bar.to ? <Link to={link(bar.to)}>{inside}</Link> : <div>{inside}</div>}</li>
      })}
    </ul>
  )
}
