import { Breadcrumb } from 'antd'
import { createContext, useContext, useEffect, type ReactNode } from 'react'
import { Link } from 'react-router'

/** One step of a breadcrumb. */
export interface Crumb { title: string; to?: string }

/** Gives the breadcrumb of a menu entry: its groups, then itself. The shell provides it. */
export const TrailContext = createContext<(menu: string) => Crumb[]>(() => [])

/** Keeps the organisation scope in links inside the console. The shell provides it. */
export const LinkContext = createContext<(path: string) => string>((path) => path)

/** A path of the console with the chosen organisation kept. */
export const useLink = (): ((path: string) => string) => useContext(LinkContext)

interface PageProps {
  title: string
  /** Menu key that the page belongs to; gives the breadcrumb. */
  menu?: string
  /** Steps between the menu entry and this page. */
  parents?: Crumb[]
  /** One sentence on what the page is for. */
  hint?: ReactNode
  extra?: ReactNode
  children: ReactNode
}

/** A page of the console: breadcrumb, heading, content. */
export function Page({ title, menu, parents = [], hint, extra, children }: PageProps) {
  const trail = useContext(TrailContext)
  const link = useLink()
  useEffect(() => { document.title = `${title} · 支部` }, [title])
  const own = menu ? trail(menu) : []
  const crumbs = [...own, ...parents]
  if (crumbs.at(-1)?.title !== title) crumbs.push({ title })
  const items = crumbs.map((crumb, index) => ({
    key: index,
    title: crumb.to && index < crumbs.length - 1 ? <Link to={link(crumb.to)}>{crumb.title}</Link> : crumb.title,
  }))
  return (
    <div className="z-page">
      <nav aria-label="面包屑"><Breadcrumb items={items} /></nav>
      <header className="z-page-head">
        <div>
          <h1>{title}</h1>
          {hint && <p className="z-muted">{hint}</p>}
        </div>
        {extra && <div className="z-page-extra">{extra}</div>}
      </header>
      {children}
    </div>
  )
}
