import { View } from '@tarojs/components'
import type { MiniMinutesTextFragment } from '@zhibu/api/generated'
import { Card } from '@/kit/rows'
import { momentWords } from '@/lib/days'

/** The minutes as they stand now. */
export function Minutes({ minutes }: { minutes: readonly MiniMinutesTextFragment[] }) {
  const last = minutes[0]
  if (!last) return null
  return (
    <Card title="会议纪要">
      <View className="strong">应到 {last.should} 人，实到 {last.present + last.late} 人{last.late ? `（迟到 ${last.late} 人）` : ''}，请假 {last.onLeave} 人，缺席 {last.absent} 人</View>
      <View className="words">{last.body}</View>
      {last.resolutions ? <><View className="strong">会议决议</View><View className="words">{last.resolutions}</View></> : null}
      {last.tasks ? <><View className="strong">待办事项</View><View className="words">{last.tasks}</View></> : null}
      {last.reason ? <View className="soft">更正原因：{last.reason}</View> : null}
      <View className="soft">{last.writtenBy}　{momentWords(last.writtenAt)}{last.number > 1 ? `　第 ${last.number} 版` : ''}</View>
    </Card>
  )
}
