import { View } from '@tarojs/components'
import { MiniEndVoteDocument, MiniRemoveVoteDocument, MiniStartVoteDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { voteRules, voteStates } from '@zhibu/api/meeting-words'
import type { MiniBallotFragment, MiniMeetingWholeFragment } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { Card, Tag } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { open } from '@/lib/navigate'
import { surely } from '@/lib/surely'
import { confirm, done, useAction } from '@/lib/use-action'
import { VoteResult } from '../vote-result'

/** The votes of a meeting: prepared, begun and ended by hand. */
export function Votes({ found, reload }: { found: MiniMeetingWholeFragment; reload: () => Promise<void> }) {
  const { id, state } = found.meeting
  const may = ['DRAFT', 'PUBLISHED', 'RUNNING'].includes(state)
  return (
    <>
      {found.votes.map((vote) => <One key={vote.id} vote={vote} meeting={id} running={state === 'RUNNING'} may={may} reload={reload} />)}
      {may ? <Press plain onPress={() => open(`/pkg-meeting/vote/index?id=${id}`)}>准备投票</Press> : null}
    </>
  )
}

function One({ vote, meeting, running, may, reload }: { vote: MiniBallotFragment; meeting: string; running: boolean; may: boolean; reload: () => Promise<void> }) {
  const action = useAction()
  const step = async (words: string, question: string, work: () => Promise<unknown>) => {
    if (!(await confirm(words, question, words))) return
    await action.run(async () => {
      await surely(work)
      done(`已${words}`)
      await reload()
    })
  }
  const start = () => step('开始投票', '现在已签到的人员参加投票，之后签到的不能投。', () => ask(MiniStartVoteDocument, { id: vote.id }))
  const end = () => step('结束投票', `已投 ${vote.voted ?? 0} 人，共 ${vote.roll ?? 0} 人。${vote.secret && [1, 2].includes(vote.voted ?? 0) ? '投票不足3人，结束后选票不计票即删除，不能恢复。' : '结束后不能再投，并公布结果。'}`, () => ask(MiniEndVoteDocument, { id: vote.id }))
  const remove = () => step('删除投票', `删除“${vote.title}”？`, () => ask(MiniRemoveVoteDocument, { id: vote.id }))
  return (
    <Card title={vote.title}>
      <View><Tag tone={voteStates[vote.state].tone}>{voteStates[vote.state].label}</Tag> <Tag>{vote.secret ? '不记名' : '记名'}</Tag> <Tag>{voteRules[vote.rule].label}</Tag></View>
      {vote.state === 'PREPARED' ? <View className="soft">{vote.options.join('、')}{vote.most > 1 ? `；最多选 ${vote.most} 项` : ''}</View> : null}
      {vote.state === 'OPEN' ? <View className="sheet-title">已投 {vote.voted ?? 0} 人 / 共 {vote.roll ?? 0} 人</View> : null}
      <VoteResult vote={vote} />
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
      {vote.state === 'PREPARED' && may ? (
        <>
          {running ? <Press inline busy={action.busy} onPress={() => void start()}>开始投票</Press> : <View className="soft">会议开始后可以开始投票</View>}
          <View className="pair">
            <Press plain inline onPress={() => open(`/pkg-meeting/vote/index?id=${meeting}&vote=${vote.id}`)}>修改</Press>
            <Press plain inline busy={action.busy} onPress={() => void remove()}>删除</Press>
          </View>
        </>
      ) : null}
      {vote.state === 'OPEN' ? <Press inline busy={action.busy} onPress={() => void end()}>结束投票</Press> : null}
    </Card>
  )
}
