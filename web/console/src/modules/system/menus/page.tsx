import { ConsoleMenusDocument, SetMenuDocument } from '@zhibu/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Switch } from 'antd'
import { SESSION } from '../../../app/session'
import { Page } from '../../../kit/page'
import { QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { errorSentence } from '../../../net/errors'
import { below, hiddenBy, pagesIn, type Switched } from './tree'

const MENUS = ['console-menus']

/** 用户菜单: which pages of the console the tenant uses. */
export default function MenusPage() {
  const menus = useQuery({ queryKey: MENUS, queryFn: async ({ signal }) => (await ask(ConsoleMenusDocument, {}, signal)).system.consoleMenus })
  const flip = useFlip()
  return (
    <Page title="用户菜单" menu="system.pc_menus" hint="关闭后，本单位所有人都看不到这个页面，也不能再使用其中的功能，数据保留。首页和本页不能关闭。">
      <div className="z-card z-menus">
        <QueryBoundary query={menus}>{(all) => <Menus all={all} parent={null} flip={flip} />}</QueryBoundary>
      </div>
    </Page>
  )
}

/** Switches a menu; the message of success offers to switch it back. */
function useFlip() {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const work = useMutation({
    mutationFn: async ({ menu, on }: { menu: Switched; on: boolean }) => (await ask(SetMenuDocument, { key: menu.key, on })).system.setMenu,
    onSuccess: (menus, { menu, on }) => {
      queries.setQueryData(MENUS, menus)
      void queries.invalidateQueries({ queryKey: SESSION })
      void message.success({
        key: 'menu', duration: 8,
        content: <>“{menu.label}”已{on ? '打开' : '关闭'} <Button type="link" size="small" onClick={() => { message.destroy('menu'); work.mutate({ menu, on: !on }) }}>撤销</Button></>,
      })
    },
    onError: (cause) => void message.error(errorSentence(cause), 6),
  })
  return work
}

function Menus({ all, parent, flip }: { all: readonly Switched[]; parent: Switched | null; flip: ReturnType<typeof useFlip> }) {
  return (
    <ul {...(parent ? { 'aria-label': parent.label } : { 'aria-label': '菜单' })}>
      {below(all, parent?.key ?? null).map((menu) => (
        <li key={menu.key}>
          <div>
            <div><b>{menu.label}</b> <Note all={all} menu={menu} /></div>
            <Switch
              checked={menu.on} disabled={menu.fixed} aria-label={menu.label} checkedChildren="开" unCheckedChildren="关"
              loading={flip.isPending && flip.variables.menu.key === menu.key} onChange={(on) => flip.mutate({ menu, on })}
            />
          </div>
          {menu.kind === 'GROUP' && <Menus all={all} parent={menu} flip={flip} />}
        </li>
      ))}
    </ul>
  )
}

/** What a switch does beyond its own name. */
function Note({ all, menu }: { all: readonly Switched[]; menu: Switched }) {
  const above = hiddenBy(all, menu)
  if (above) return <span className="z-muted">已随“{above.label}”关闭</span>
  if (menu.fixed) return <span className="z-muted">不能关闭</span>
  if (menu.kind === 'PAGE') return null
  const pages = pagesIn(all, menu).map(({ label }) => label).join('、')
  return <span className="z-muted">{menu.on ? '关闭后隐藏' : '已隐藏'}：{pages}</span>
}
