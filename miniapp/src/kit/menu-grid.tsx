import { View } from '@tarojs/components'
import type { Menu } from '@/lib/menus'
import { open } from '@/lib/navigate'
import { reach } from './press'
import { Card } from './rows'

/** One character by which a menu is told from its neighbours: not the 党 with which most begin. */
const markOf = (label: string): string => (label.replace(/^(党员|党内|党建|我的)/, '') || label).slice(0, 1)

interface Props { title: string; menus: (Menu & { path: string })[]; unread?: number | null }

/** The menu that says how many messages wait. */
const TOLD = 'personal.notice'

/** A group of menus as tiles. */
export const MenuGrid = ({ title, menus, unread }: Props) => (
  <Card title={title}>
    <View className="grid">
      {menus.map(({ key, label, path }) => (
        <View key={key} className="tile" role="link" {...reach} onClick={() => open(path)}>
          <View className="tile-mark" aria-hidden>{markOf(label)}</View>
          <View>{label}</View>
          {key === TOLD && unread ? <View className="tile-count">{unread > 99 ? '99+' : unread} 条未读</View> : null}
        </View>
      ))}
    </View>
  </Card>
)
