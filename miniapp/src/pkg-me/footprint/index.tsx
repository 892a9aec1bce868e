import { View } from '@tarojs/components'
import { MiniFootprintDocument } from '@zhibu/api/documents/mini-me'
import type { MiniFootprintQuery, MiniFootprintQueryVariables } from '@zhibu/api/generated'
import { Card, Foot } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { dayWords } from '@/lib/days'
import { useList } from '@/lib/use-query'

type Row = MiniFootprintQuery['directory']['footprint']['nodes'][number]
const pick = ({ directory: { footprint } }: MiniFootprintQuery) => ({ nodes: footprint.nodes, hasNext: footprint.pageInfo.hasNextPage, end: footprint.pageInfo.endCursor })

/** 党建足迹 (M-9.4): the stations of a life in the Party, the latest first. */
export default function Footprint() {
  const list = useList<MiniFootprintQuery, MiniFootprintQueryVariables, Row>(MiniFootprintDocument, {}, pick)
  return (
    <Screen title="党建足迹" ask={list}>
      {list.rows.length ? (
        <Card>
          {list.rows.map(({ on, title, text }, at) => (
            <View key={at} className="step">
              <View className="step-day">{dayWords(on)}</View>
              <View className="step-body"><View>{title}</View>{text ? <View className="soft">{text}</View> : null}</View>
            </View>
          ))}
        </Card>
      ) : <Empty>还没有可以显示的足迹</Empty>}
      <Foot list={list} />
    </Screen>
  )
}
