import { View } from '@tarojs/components'
import { MiniAnswerLeaveDocument, MiniMeetingSeatsDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { leaveKinds } from '@zhibu/api/meeting-words'
import type { MiniMeetingSeatsQuery, MiniMeetingSeatsQueryVariables, MiniSeatFragment } from '@zhibu/api/generated'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { TextField } from '@/kit/fields'
import { Card, Fact, Foot } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { ask } from '@/lib/ask'
import { asked } from '@/lib/navigate'
import { surely } from '@/lib/surely'
import { done, useAction } from '@/lib/use-action'
import { useList } from '@/lib/use-query'

const page = ({ meeting: { people } }: MiniMeetingSeatsQuery) => ({ nodes: people.nodes, hasNext: people.pageInfo.hasNextPage, end: people.pageInfo.endCursor })

/** 请假审批 (M-2.1): those who wait for an answer. */
export default function Leaves() {
  const [id] = useState(() => asked('id') ?? '')
  const list = useList<MiniMeetingSeatsQuery, MiniMeetingSeatsQueryVariables, MiniSeatFragment>(MiniMeetingSeatsDocument, { meeting: id, filter: { asking: true } }, page)
  return (
    <Screen title="请假审批" ask={list}>
      {list.rows.map((one) => <One key={one.person} meeting={id} one={one} reload={list.reload} />)}
      {list.rows.length || list.busy ? null : <Empty>没有等待审批的请假</Empty>}
      <Foot list={list} />
    </Screen>
  )
}

function One({ meeting, one, reload }: { meeting: string; one: MiniSeatFragment; reload: () => Promise<void> }) {
  const [words, setWords] = useState('')
  const [refusing, setRefusing] = useState(false)
  const action = useAction()
  const answer = (granted: boolean) => action.run(async () => {
    await surely(() => ask(MiniAnswerLeaveDocument, { id: meeting, person: one.person, granted, answer: words.trim() || null }))
    done(granted ? '已同意' : '已答复')
    await reload()
  })
  return (
    <Card title={one.name}>
      <Fact label="请假类型">{one.leaveKind ? leaveKinds[one.leaveKind].label : ''}</Fact>
      <Fact label="请假原因">{one.leaveReason}</Fact>
      {refusing ? <TextField label="不同意的原因" max={200} value={words} onChange={setWords} fault={action.faultOf('answer')} placeholder="可不填" /> : null}
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
      {refusing ? (
        <View className="pair"><Press inline busy={action.busy} onPress={() => void answer(false)}>确定不同意</Press><Press plain inline onPress={() => setRefusing(false)}>返回</Press></View>
      ) : (
        <View className="pair"><Press inline busy={action.busy} onPress={() => void answer(true)}>同意</Press><Press plain inline onPress={() => setRefusing(true)}>不同意</Press></View>
      )}
    </Card>
  )
}
