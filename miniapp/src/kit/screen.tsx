import { Text, View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { useEffect, type ReactNode } from 'react'
import { isWeb } from '@/platform'
import { large } from '@/lib/look'
import { back } from '@/lib/navigate'
import { online } from '@/lib/network'
import { sandbox } from '@/lib/sandbox'
import { useSignal } from '@/lib/signal'
import { Problem, Skeleton } from './states'

interface Props {
  title: string
  /** A page of the tab bar has nothing to go back to. */
  tab?: boolean
  /** The page's question: bones until it is answered, words when it failed. */
  ask?: { data: unknown; failure: unknown; busy: boolean; reload: () => Promise<void> }
  children?: ReactNode
}

/** The frame of every page: its name, the way back, what holds everywhere, and the states of its question. */
export function Screen({ title, tab = false, ask, children }: Props) {
  const isLarge = useSignal(large)
  const isOnline = useSignal(online)
  const isSandbox = useSignal(sandbox)
  useEffect(() => { void Taro.setNavigationBarTitle({ title }) }, [title])
  return (
    <View className={`screen${isLarge ? ' large' : ''}${tab ? ' tabbed' : ''}`}>
      {isWeb ? (
        <View className="bar">
          <View className="bar-side">{tab ? null : <View className="bar-back" role="button" {...{ tabIndex: 0 }} onClick={() => back()}>‹ 返回</View>}</View>
          <Text className="bar-title">{title}</Text>
          <View className="bar-side" />
        </View>
      ) : null}
      {isSandbox ? <View className="banner">演示环境：内容均为虚构，短信不会真的发出</View> : null}
      {isOnline ? null : <View className="banner off">手机没有联网，写下的内容会保留在手机上</View>}
      <Body ask={ask}>{children}</Body>
    </View>
  )
}

function Body({ ask, children }: Pick<Props, 'ask' | 'children'>) {
  if (!ask || ask.data) return <>{ask?.failure ? <Problem cause={ask.failure} retry={ask.reload} brief /> : null}{children}</>
  return ask.failure && !ask.busy ? <Problem cause={ask.failure} retry={ask.reload} /> : <Skeleton />
}
