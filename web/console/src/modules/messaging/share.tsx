import type { CSSProperties } from 'react'
import { share } from './words'

/** 已读/人数 with a small bar; the words beside it say the same. */
export function ReadShare({ read, people }: { read: number; people: number }) {
  return (
    <span className="z-read" style={{ '--part': people > 0 ? Math.min(read, people) / people : 0 } as CSSProperties}>
      <span><b>{read}</b> / {people} 人</span>
      <i aria-hidden className={read > 0 ? 'z-read-some' : ''} />
      <span className="z-muted">{share(read, people)}</span>
    </span>
  )
}
