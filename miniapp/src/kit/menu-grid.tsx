import { View } from '@tarojs/components'
import type { Menu } from '@/lib/menus'
import { open } from '@/lib/navigate'
import { Card } from './rows'

/** A group of menus as tiles. */
export const MenuGrid = ({ title, menus }: { title: string; menus: (Menu & { path: string })[] }) => (
  <Card title={title}>
    <View className="grid">
      {menus.map(({ key, label, path }) => (
        <View key={key} className="tile" role="link" onClick={() => open(path)}>
          <View className="tile-mark" aria-hidden>{label.slice(0, 1)}</View>
          <View>{label}</View>
        </View>
      ))}
    </View>
  </Card>
)
