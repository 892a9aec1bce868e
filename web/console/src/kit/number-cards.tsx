import { RightOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { useLink } from './page'
import '../styles/charts.css'

/** One number: without a value it is still being counted, with `to` it leads to what was counted. */
export interface NumberCard { label: string; value: number | undefined; unit: string; note?: string; to?: string }

/** Numbers side by side. */
export function NumberCards({ label, cards }: { label: string; cards: NumberCard[] }) {
  const link = useLink()
  return (
    <ul className="z-numbers" aria-label={label} aria-busy={cards.some((card) => card.value === undefined)}>
      {cards.map((card) => (
        <li key={card.label}>{card.to ? <Link to={link(card.to)}><Inside {...card} /></Link> : <div><Inside {...card} /></div>}</li>
      ))}
    </ul>
  )
}

function Inside({ label, value, unit, note, to }: NumberCard) {
  return (
    <>
      <span className="z-number-label">{label}{to && <RightOutlined aria-hidden />}</span>{' '}
      <span className="z-number">
        {value === undefined ? <span className="z-bone" role="img" aria-label="正在统计" /> : <><b>{value.toLocaleString('zh-CN')}</b> {unit}</>}
      </span>{' '}
      {(note || value === undefined) && <span className="z-number-note">{note ?? '\u00a0'}</span>}
    </>
  )
}
