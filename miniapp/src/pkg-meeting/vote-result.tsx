import { View } from '@tarojs/components'
import type { MiniBallotFragment } from '@zhibu/api/generated'
import { Tag } from '@/kit/rows'
import { resultWords } from './words'

/** What came of a vote: each option with its votes, and what that means. */
export function VoteResult({ vote }: { vote: MiniBallotFragment }) {
  if (vote.state !== 'ENDED') return null
  const cast = Math.max(1, vote.voted ?? 0)
  return (
    <>
      <View><Tag tone={vote.withheld ? 'warn' : vote.rule === 'NONE' ? '' : vote.passed || vote.elected.length ? 'ok' : 'bad'}>{resultWords(vote)}</Tag></View>
      {vote.withheld ? null : vote.options.map((words, at) => {
        const votes = vote.counts?.[at] ?? 0
        return (
          <View key={words}>
            <View className="row"><View className="row-text">{words}</View><View className="strong">{votes} 票</View></View>
            <View className="track" aria-hidden><View className="track-fill" style={{ width: `${Math.min(100, Math.round((votes / cast) * 100))}%` }} /></View>
          </View>
        )
      })}
      <View className="soft">可投票 {vote.roll ?? 0} 人，已投 {vote.voted ?? 0} 人</View>
    </>
  )
}
