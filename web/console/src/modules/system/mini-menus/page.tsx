import { MiniMenuSettingsDocument, type MiniGroup } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Section } from '../../../kit/detail-drawer'
import { Page } from '../../../kit/page'
import { QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { MenuRow } from './menu-row'
import { moved } from './order'
import { MINI_MENUS, useMiniMenus, type Menu, type MiniMenus } from './use-mini-menus'

const GROUPS: { group: MiniGroup; title: string }[] = [{ group: 'PERSONAL', title: '个人工作' }, { group: 'MANAGE', title: '管理工作' }]

/** 小程序菜单: what the mini-program's menus are called, in which order, and which of them there are. */
export default function MiniMenusPage() {
  const menus = useQuery({ queryKey: MINI_MENUS, queryFn: async ({ signal }) => (await ask(MiniMenuSettingsDocument, {}, signal)).system.miniMenuSettings })
  const work = useMiniMenus()
  return (
    <Page title="小程序菜单" menu="system.mini_menus" hint="拖动左侧的手柄调整顺序，也可以选中手柄后按上、下方向键。关闭后，本单位所有人的小程序中都不再显示。">
      <QueryBoundary query={menus}>
        {(all) => <div className="z-pair">{GROUPS.map(({ group, title }) => <Group key={group} group={group} title={title} menus={all.filter((menu) => menu.group === group)} work={work} />)}</div>}
      </QueryBoundary>
    </Page>
  )
}

/** How a row looks while one is dragged: the one itself, and where it would go. */
function markOf(drag: Drag | null, at: number): 'dragged' | 'above' | 'below' | undefined {
  if (!drag) return undefined
  if (at === drag.from) return 'dragged'
  if (at !== drag.to) return undefined
  return drag.to < drag.from ? 'above' : 'below'
}

interface Drag { from: number; to: number }

function Group({ group, title, menus, work }: { group: MiniGroup; title: string; menus: readonly Menu[]; work: MiniMenus }) {
  // What is dragged, also for a drop that comes before the page was drawn anew.
  const held = useRef<Drag | null>(null)
  const [drag, draw] = useState<Drag | null>(null)
  const setDrag = (now: Drag | null) => {
    held.current = now
    draw(now)
  }
  const keys = menus.map(({ key }) => key)
  const move = (from: number, to: number) => {
    if (from !== to && to >= 0 && to < keys.length) work.order(group, moved(keys, from, to), keys)
  }
  return (
    <Section title={title}>
      <ol className="z-sorted" aria-label={title} onDragOver={(event) => event.preventDefault()} onDrop={(event) => {
        event.preventDefault()
        if (held.current) move(held.current.from, held.current.to)
        setDrag(null)
      }}>
        {menus.map((menu, at) => (
          <MenuRow
            key={menu.key} menu={menu} at={at} last={menus.length - 1} mark={markOf(drag, at)} work={work}
            onMove={(by) => move(at, at + by)}
            onDragStart={() => setDrag({ from: at, to: at })} onDragEnter={() => { if (held.current) setDrag({ ...held.current, to: at }) }} onDragEnd={() => setDrag(null)}
          />
        ))}
      </ol>
    </Section>
  )
}
