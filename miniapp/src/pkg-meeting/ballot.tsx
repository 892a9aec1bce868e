import { View } from '@tarojs/components'
import { MiniCastVoteDocument } from '@zhibu/api/documents/mini-meeting'
import { asRequestError } from '@zhibu/api/errors'
import { SECRET } from '@zhibu/api/meeting-words'
import type { MiniBallotFragment } from '@zhibu/api/generated'
import { useState } from 'react'
import { Press, reach } from '@/kit/press'
import { Card } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { large } from '@/lib/look'
import { useSignal } from '@/lib/signal'
import { surely } from '@/lib/surely'
import { useAction } from '@/lib/use-action'
import { chosenWords } from './words'

interface Props { vote: MiniBallotFragment; onVoted: () => Promise<void>; onClose: () => void }

/** The ballot (PC-4.3f), over everything: choose, look at what was chosen, cast. */
export function Ballot({ vote, onVoted, onClose }: Props) {
  const isLarge = useSignal(large)
  const [chosen, setChosen] = useState<number[]>([])
  const [asking, setAsking] = useState(false)
  const [cast, setCast] = useState(false)
  const action = useAction()
  const voted = cast || vote.hasVoted
  const touch = (at: number) => {
    if (vote.most === 1) setChosen([at])
    else if (chosen.includes(at)) setChosen(chosen.filter((one) => one !== at))
    else if (chosen.length < vote.most) setChosen([...chosen, at].sort((left, right) => left - right))
  }
  const send = () => action.run(async () => {
    try {
      await surely(() => ask(MiniCastVoteDocument, { id: vote.id, choices: chosen }))
    } catch (cause) {
      // The first answer was lost, the ballot was not.
      if (asRequestError(cause).code !== 'ALREADY_VOTED') throw cause
    }
    setCast(true)
    await onVoted()
  })
  return (
    <View className={`sheet screen${isLarge ? ' large' : ''}`} role="dialog" aria-modal aria-label={`投票：${vote.title}`}>
      <View className="sheet-head">投票（{vote.secret ? '不记名' : '记名'}）</View>
      <Card>
        <View className="sheet-title">{vote.title}</View>
        <View>{vote.secret ? SECRET : '记名投票：会议管理员能看到您投了什么。'}</View>
      </Card>
      {voted ? (
        <>
          <Card><View className="result"><View className="result-mark" aria-hidden>✓</View><View className="result-words">已投票</View><View>{chosen.length && !vote.secret ? `您投了：${chosenWords(vote, chosen)}` : '投票结束后公布结果'}</View></View></Card>
          <Press onPress={onClose}>知道了</Press>
        </>
      ) : vote.state === 'ENDED' ? (
        <>
          <Card><View className="result"><View className="result-mark wait" aria-hidden>!</View><View className="result-words">投票已结束</View></View></Card>
          <Press onPress={onClose}>返回会议</Press>
        </>
      ) : asking ? (
        <>
          <Card title="请核对您的选择">
            <View className="sheet-title">{chosenWords(vote, chosen)}</View>
            <View>提交后不能更改。</View>
          </Card>
          {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
          <Press busy={action.busy} onPress={() => void send()}>{action.problem ? '再提交一次' : '确认投票'}</Press>
          <Press plain disabled={action.busy} onPress={() => setAsking(false)}>重新选择</Press>
        </>
      ) : (
        <>
          <View className="card strong">{vote.most === 1 ? '请选一项' : `最多选 ${vote.most} 项，已选 ${chosen.length} 项`}</View>
          {vote.options.map((words, at) => {
            const on = chosen.includes(at)
            return (
              <View key={words} className={`option${on ? ' on' : ''}`} role={vote.most === 1 ? 'radio' : 'checkbox'} aria-checked={on} aria-label={words} {...reach} onClick={() => touch(at)}>
                <View className={`option-mark${vote.most === 1 ? '' : ' square'}`} aria-hidden>{on ? '✓' : ''}</View><View className="option-words">{words}</View>
              </View>
            )
          })}
          <Press disabled={!chosen.length} onPress={() => setAsking(true)}>选好了</Press>
          <Press plain onPress={onClose}>稍后再投</Press>
        </>
      )}
    </View>
  )
}
