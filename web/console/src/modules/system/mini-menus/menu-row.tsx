import { HolderOutlined } from '@ant-design/icons'
import { Button, Input, Switch } from 'antd'
import { useState } from 'react'
import type { Menu, MiniMenus } from './use-mini-menus'
import '../../../styles/appearance.css'

interface MenuRowProps {
  menu: Menu
  at: number
  last: number
  mark: 'dragged' | 'above' | 'below' | undefined
  work: MiniMenus
  onMove: (by: number) => void
  onDragStart: () => void
  onDragEnter: () => void
  onDragEnd: () => void
}

/** A menu: its handle, its name, its switch. */
export function MenuRow({ menu, at, last, mark, work, onMove, onDragStart, onDragEnter, onDragEnd }: MenuRowProps) {
  return (
    <li className={mark && `z-sorted-${mark}`} onDragEnter={onDragEnter}>
      <span
        role="button" tabIndex={0} className="z-handle" draggable aria-label={`移动“${menu.label}”，第 ${at + 1} 项，共 ${last + 1} 项，用上下方向键`}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = 'move'
          event.dataTransfer.setData('text/plain', menu.key)
          onDragStart()
        }}
        onDragEnd={onDragEnd}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
          if (by === 0) return
          event.preventDefault()
          onMove(by)
        }}
      ><HolderOutlined /></span>
      <Name menu={menu} work={work} />
      <Switch
        checked={menu.on} aria-label={menu.label} checkedChildren="开" unCheckedChildren="关" loading={work.busy === menu.key}
        onChange={(on) => work.set(menu, menu.label, on)}
      />
    </li>
  )
}

function Name({ menu, work }: { menu: Menu; work: MiniMenus }) {
  const [text, setText] = useState<string | null>(null)
  const save = () => {
    if (text !== null && text.trim() !== menu.label) work.set(menu, text.trim(), menu.on)
    setText(null)
  }
  if (text !== null) {
    return (
      <div className="z-inline">
        <Input
          autoFocus size="small" value={text} maxLength={8} aria-label={`“${menu.label}”的名称`} placeholder={menu.usualLabel} onChange={(event) => setText(event.target.value)}
          onPressEnter={save} onKeyDown={(event) => { if (event.key === 'Escape') setText(null) }}
        />
        <Button size="small" type="primary" onClick={save}>保存</Button>
        <Button size="small" onClick={() => setText(null)}>取消</Button>
      </div>
    )
  }
  return (
    <div>
      <b>{menu.label}</b>{' '}
      <span className="z-muted">{menu.label === menu.usualLabel ? '' : `原名“${menu.usualLabel}” `}{menu.available ? '' : '模块未开通'}</span>
      <Button type="link" size="small" aria-label={`改名：${menu.label}`} onClick={() => setText(menu.label)}>改名</Button>
    </div>
  )
}
