import { MenuGrid } from '@/kit/menu-grid'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { menusOf, noticesOf } from '@/lib/menus'
import { useHome } from '@/lib/use-home'

/** 党务: 个人工作, and 管理工作 for those who have any. */
export default function Party() {
  const { ask, system, known, unread } = useHome()
  const menus = system?.miniMenus ?? []
  const own = menusOf(menus, 'PERSONAL', [])
  const manage = [...menusOf(menus, 'MANAGE', known?.permissions ?? []), ...noticesOf(known?.permissions ?? [])]
  return (
    <Screen title="党务" tab ask={ask}>
      {own.length ? <MenuGrid title="个人工作" menus={own} unread={unread} /> : null}
      {manage.length ? <MenuGrid title="管理工作" menus={manage} /> : null}
      {own.length || manage.length ? null : <Empty>本组织还没有开放任何栏目，请联系管理员</Empty>}
    </Screen>
  )
}
