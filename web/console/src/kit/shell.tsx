import { DownOutlined, MenuFoldOutlined, MenuUnfoldOutlined, MoonOutlined, SunOutlined, UserOutlined } from '@ant-design/icons'
import { Button, Drawer, Dropdown, Grid, Menu, Watermark, type MenuProps } from 'antd'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { useLink } from './page'

/** A menu entry of the shell. */
export interface ShellMenu { key: string; label: string; path?: string; children: ShellMenu[] }

interface ShellProps {
  product: string
  /** Whose console this is, beside the product name. */
  place: string
  home: string
  menu: ShellMenu[]
  person: string
  /** Entries of the menu behind the person's name. */
  personal: { key: string; label: string; to?: string; act?: () => void; danger?: boolean }[]
  tools?: ReactNode
  banner?: ReactNode
  watermark: string[]
  dark: boolean
  onDark: (dark: boolean) => void
  children: ReactNode
}

function itemsOf(nodes: ShellMenu[], link: (path: string) => string): NonNullable<MenuProps['items']> {
  return nodes.map((node) => (node.path
    ? { key: node.key, label: <Link to={link(node.path)}>{node.label}</Link> }
    : { key: node.key, label: node.label, children: itemsOf(node.children, link) }))
}

const flat = (nodes: ShellMenu[]): ShellMenu[] => nodes.flatMap((node) => [node, ...flat(node.children)])

/** The frame of a console: header, menu, page. */
export function Shell(props: ShellProps) {
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const link = useLink()
  const wide = Grid.useBreakpoint().lg ?? true
  const [folded, setFolded] = useState(false)
  const [drawer, setDrawer] = useState(false)
  const main = useRef<HTMLElement>(null)
  useEffect(() => { setDrawer(false) }, [pathname])

  const here = flat(props.menu)
    .filter((node) => node.path && (pathname === node.path || pathname.startsWith(`${node.path}/`)))
    .sort((one, other) => (other.path?.length ?? 0) - (one.path?.length ?? 0))[0]
  const groups = flat(props.menu).filter((node) => !node.path).map((node) => node.key)
  const menu = (
    <nav aria-label="主菜单">
      <Menu mode="inline" selectedKeys={here ? [here.key] : []} defaultOpenKeys={groups} items={itemsOf(props.menu, link)} />
    </nav>
  )
  const choose: MenuProps['onClick'] = ({ key }) => {
    const entry = props.personal.find((one) => one.key === key)
    if (entry?.to) void navigate(link(entry.to))
    entry?.act?.()
  }
  return (
    <div className="z-shell">
      <a className="z-skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus() }}>跳到主要内容</a>
      <header className="z-header">
        <Button type="text" aria-label={wide ? (folded ? '展开菜单' : '收起菜单') : '打开菜单'} aria-expanded={wide ? !folded : drawer}
          icon={folded || !wide ? <MenuUnfoldOutlined aria-hidden /> : <MenuFoldOutlined aria-hidden />} onClick={() => (wide ? setFolded(!folded) : setDrawer(true))} />
        <Link className="z-brand" to={link(props.home)}>
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <b>{props.product}</b>
          <span title={props.place}>{props.place}</span>
        </Link>
        <div className="z-tools">
          {props.tools}
          <Button type="text" aria-label={props.dark ? '切换为浅色' : '切换为深色'} icon={props.dark ? <SunOutlined aria-hidden /> : <MoonOutlined aria-hidden />}
            onClick={() => props.onDark(!props.dark)} />
          <Dropdown trigger={['click']} menu={{ onClick: choose, items: props.personal.map(({ key, label, danger }) => ({ key, label, danger: danger ?? false })) }}>
            <Button type="text" icon={<UserOutlined aria-hidden />} aria-label={`个人菜单：${props.person}`}>
              <span className="z-person">{props.person}</span><DownOutlined aria-hidden />
            </Button>
          </Dropdown>
        </div>
      </header>
      {props.banner}
      <div className="z-body">
        {wide && !folded && <aside className="z-side">{menu}</aside>}
        <Drawer open={!wide && drawer} onClose={() => setDrawer(false)} placement="left" size={280} title="菜单">{menu}</Drawer>
        <main id="main" ref={main} tabIndex={-1} className="z-main">
          <Watermark style={{ overflow: 'clip' }} content={props.watermark} gap={[180, 160]} font={{ fontSize: 14, color: props.dark ? 'rgba(255,255,255,.06)' : 'rgba(0,0,0,.055)' }}>
            {props.children}
          </Watermark>
        </main>
      </div>
    </div>
  )
}
