import { Text, View } from '@tarojs/components'
import type { ReactNode } from 'react'
import { reach } from './press'

/** A box of what belongs together. */
export const Card = ({ title, children }: { title?: string; children: ReactNode }) => (
  <View className="card">{title ? <View className="card-title">{title}</View> : null}{children}</View>
)

/** A name and its value. */
export const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <View className="row"><Text className="row-label">{label}</Text><View className="row-value">{children || '未填写'}</View></View>
)

/** A row that leads somewhere. */
export const Link = ({ onPress, note, children }: { onPress: () => void; note?: ReactNode; children: ReactNode }) => (
  <View className="row" role="link" {...reach} onClick={onPress}>
    <View className="row-text">{children}</View>{note ? <View className="soft">{note}</View> : null}<Text className="row-arrow">›</Text>
  </View>
)

/** A state in a word. */
export const Tag = ({ tone = '', children }: { tone?: string; children: ReactNode }) => <Text className={`tag ${tone}`}>{children}</Text>

/** The foot of a list that grows. */
export function Foot({ list }: { list: { growing: boolean; fault: unknown; ended: boolean; grow: () => Promise<void>; rows: unknown[] } }) {
  if (!list.rows.length) return null
  const words = list.growing ? '正在加载…' : list.fault ? '没有加载出来，点此重试' : list.ended ? '没有更多了' : '点此加载更多'
  return <View className="empty" role="button" {...reach} onClick={() => { if (!list.ended) void list.grow() }}>{words}</View>
}
