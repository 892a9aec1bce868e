import { DownOutlined, UpOutlined } from '@ant-design/icons'
import { SetFavouritesDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Section } from '../../kit/detail-drawer'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import type { MenuNode } from '../menu'
import { FAVOURITES, MOST, moved } from './favourite-keys'

interface FavouritesFormProps { pages: MenuNode[]; chosen: string[]; onClose: () => void }

/** Which pages are shortcuts, and in which order. */
export default function FavouritesForm({ pages, chosen, onClose }: FavouritesFormProps) {
  const [keys, setKeys] = useState(chosen)
  const queries = useQueryClient()
  const save = useAction(async (next: string[]) => (await ask(SetFavouritesDocument, { keys: next })).system.setFavourites, {
    success: '常用入口已保存',
    done: (saved) => { queries.setQueryData(FAVOURITES, saved); onClose() },
  })
  const full = keys.length >= MOST
  return (
    <>
      <Section title={`已选 ${keys.length} 个，最多 ${MOST} 个`}>
        {keys.length > 0
          ? <Order keys={keys} labelOf={(key) => pages.find((page) => page.key === key)?.label ?? key} onMove={(key, step) => setKeys(moved(keys, key, step))} />
          : <p className="z-muted">没有选择时，首页显示您可用的前 {MOST} 个页面。</p>}
      </Section>
      <Section title="可选页面">
        <div className="z-checks">
          {pages.map(({ key, label }) => (
            <Checkbox key={key} checked={keys.includes(key)} disabled={full && !keys.includes(key)}
              onChange={({ target }) => setKeys(target.checked ? [...keys, key] : keys.filter((one) => one !== key))}>{label}</Checkbox>
          ))}
        </div>
      </Section>
      <div className="z-actions">
        <Button onClick={onClose}>取消</Button>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(keys)}>保存</Button>
      </div>
    </>
  )
}

interface OrderProps { keys: string[]; labelOf: (key: string) => string; onMove: (key: string, step: -1 | 1) => void }

/** The chosen pages with buttons that move them; the focus stays on the button that was pressed. */
function Order({ keys, labelOf, onMove }: OrderProps) {
  const list = useRef<HTMLOListElement>(null)
  const [last, setLast] = useState<{ key: string; step: -1 | 1 } | null>(null)
  useEffect(() => {
    if (!last) return
    const item = list.current?.querySelector(`[data-key="${last.key}"]`)
    const [own, other] = last.step < 0 ? ['up', 'down'] : ['down', 'up']
    const button = item?.querySelector<HTMLButtonElement>(`[data-move="${own}"]:not(:disabled)`) ?? item?.querySelector<HTMLButtonElement>(`[data-move="${other}"]`)
    button?.focus()
  }, [last, keys])
  const move = (key: string, step: -1 | 1) => { setLast({ key, step }); onMove(key, step) }
  return (
    <ol className="z-rows" ref={list} aria-label="已选的常用入口">
      {keys.map((key, at) => (
        <li key={key} data-key={key}>
          <span>{labelOf(key)}</span>
          <span>
            <Button type="text" data-move="up" icon={<UpOutlined aria-hidden />} aria-label={`上移${labelOf(key)}`} disabled={at === 0} onClick={() => move(key, -1)} />
            <Button type="text" data-move="down" icon={<DownOutlined aria-hidden />} aria-label={`下移${labelOf(key)}`} disabled={at === keys.length - 1} onClick={() => move(key, 1)} />
          </span>
        </li>
      ))}
    </ol>
  )
}
