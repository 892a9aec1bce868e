import { describe, expect, it } from 'vitest'
import { menuTree, pagesOf, trailTo, type FlatMenu } from './menu'

const menus: FlatMenu[] = [
  { key: 'home', parentKey: null, label: '首页', kind: 'PAGE' },
  { key: 'org', parentKey: null, label: '组织工作', kind: 'GROUP' },
  { key: 'org.manage', parentKey: 'org', label: '组织管理', kind: 'GROUP' },
  { key: 'org.info', parentKey: 'org.manage', label: '组织信息', kind: 'PAGE' },
  { key: 'org.leadership', parentKey: 'org.manage', label: '班子管理', kind: 'PAGE' },
  { key: 'dues', parentKey: null, label: '党费管理', kind: 'GROUP' },
  { key: 'dues.account', parentKey: 'dues', label: '党费账户', kind: 'PAGE' },
]
const paths: Record<string, string> = { home: '/home', 'org.info': '/org/info' }

describe('menu tree', () => {
  it('PC-3.1.1a shows only pages that exist and drops groups left empty', () => {
    const tree = menuTree(menus, (key) => paths[key])
    expect(tree.map((node) => node.key)).toEqual(['home', 'org'])
    expect(pagesOf(tree).map((node) => node.path)).toEqual(['/home', '/org/info'])
  })

  it('PC-3.1.1a names the groups above a page', () => {
    expect(trailTo(menus, 'org.info').map((menu) => menu.label)).toEqual(['组织工作', '组织管理', '组织信息'])
    expect(trailTo(menus, 'nowhere')).toEqual([])
  })
})
