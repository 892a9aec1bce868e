import { Image, View } from '@tarojs/components'
import { MenuGrid } from '@/kit/menu-grid'
import { Screen } from '@/kit/screen'
import { Splash } from '@/kit/splash'
import { Empty } from '@/kit/states'
import { menusOf } from '@/lib/menus'
import { whole } from '@/lib/pictures'
import { useHome } from '@/lib/use-home'

/** 首页: who one is, the tenant's picture, and the own work. */
export default function Home() {
  const { ask, system, known, unread } = useHome()
  const own = menusOf(system?.miniMenus ?? [], 'PERSONAL', [])
  const ground = system?.appearance.find(({ slot }) => slot === 'MINI_HOME')
  return (
    <Screen title="首页" tab ask={ask}>
      <Splash />
      <View className="hero">
        {ground ? <Image className="hero-picture" src={whole(ground.narrowUrl)} mode="aspectFill" /> : null}
        <View className="hero-words">
          <View className="hero-name">{known?.tenant.name}</View>
          <View>{known?.account.displayName}，您好</View>
        </View>
      </View>
      {own.length ? <MenuGrid title="个人工作" menus={own} unread={unread} /> : <Empty>本组织还没有开放个人工作的栏目</Empty>}
    </Screen>
  )
}
