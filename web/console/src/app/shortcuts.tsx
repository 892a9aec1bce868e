import { RightOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { useLink } from '../kit/page'
import type { MenuNode } from './menu'

/** Large links to the pages of a menu. */
export function Shortcuts({ pages }: { pages: MenuNode[] }) {
  const link = useLink()
  return (
    <ul className="z-shortcuts">
      {pages.map((page) => (
        <li key={page.key}><Link to={link(page.path ?? '')}><span>{page.label}</span><RightOutlined aria-hidden /></Link></li>
      ))}
    </ul>
  )
}
