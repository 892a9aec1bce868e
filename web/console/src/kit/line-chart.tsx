import { useState, type CSSProperties } from 'react'
import { scaleOf } from './scale'
import '../styles/charts.css'

/** One point: its mark below the axis, its sentence when pointed at, and its row in the table. */
export interface LinePoint { key: string; mark: string; value: number; words: string; cells: readonly (string | number)[] }

interface LineChartProps {
  label: string
  points: LinePoint[]
  /** The sentence while no point is pointed at. */
  words: string
  /** Heads of the table's columns; the first is what a point is called. */
  heads: readonly string[]
}

const written = (value: number) => value.toLocaleString('zh-CN')

/** A line over time. The drawing is for the eye; the table below it says the same to everybody, by keyboard too. */
export function LineChart({ label, points, words, heads }: LineChartProps) {
  const [at, setAt] = useState<number | null>(null)
  const { low, high, ticks } = scaleOf(points.map((point) => point.value))
  const height = (value: number) => ((value - low) / (high - low)) * 100
  const slot = 100 / points.length
  const widest = Math.max(...ticks.map((tick) => written(tick).length))
  const line = points.map((point, index) => `${(index + 0.5) * slot},${100 - height(point.value)}`).join(' ')
  return (
    <figure className={widest > 5 ? 'z-line z-line--dense' : 'z-line'} aria-label={label}>
      <figcaption>{(at === null ? undefined : points[at]?.words) ?? words}</figcaption>
      <div className="z-line-plot" style={{ '--ticks': `${widest * 0.6 + 0.8}em` } as CSSProperties} aria-hidden onPointerLeave={() => setAt(null)}>
        {ticks.map((tick) => <span key={tick} className="z-line-tick" style={{ bottom: `${height(tick)}%` }}><span>{written(tick)}</span></span>)}
        <svg viewBox="0 0 100 100" preserveAspectRatio="none"><polyline points={line} vectorEffect="non-scaling-stroke" /></svg>
        {points.map((point, index) => (
          <div key={point.key} className={index === at ? 'z-line-slot z-line-slot--at' : 'z-line-slot'} style={{ left: `${index * slot}%`, width: `${slot}%` }}
            onPointerEnter={() => setAt(index)} onPointerDown={() => setAt(index)}>
            <i style={{ bottom: `${height(point.value)}%` }} />
            <b style={{ bottom: `${height(point.value)}%` }}>{written(point.value)}</b>
            <span>{point.mark}</span>
          </div>
        ))}
      </div>
      <details>
        <summary>查看数据表</summary>
        <table>
          <thead><tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
          <tbody>
            {[...points].reverse().map(({ key, cells: [name, ...rest] }) => (
              <tr key={key}><th scope="row">{name}</th>{rest.map((cell, index) => <td key={heads[index + 1]}>{cell}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
