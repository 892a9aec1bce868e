import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { WritingSampleDocument } from '@zhibu/api/documents/notes'
import { MiniSamplesDocument } from '@zhibu/api/documents/mini-writing'
import type { MiniSamplesQuery, MiniSamplesQueryVariables } from '@zhibu/api/generated'
import { useState } from 'react'
import { TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { ask } from '@/lib/ask'
import { back } from '@/lib/navigate'
import { useAction } from '@/lib/use-action'
import { useList } from '@/lib/use-query'
import { asked } from '../shelf'

type Row = MiniSamplesQuery['document']['samples']['nodes'][number]
const pick = ({ document: { samples } }: MiniSamplesQuery) => ({ nodes: samples.nodes, hasNext: samples.pageInfo.hasNextPage, end: samples.pageInfo.endCursor })

/** 范文: chooses a sample text for what is being written. */
export default function Samples() {
  const [{ shelf }] = useState(asked)
  const [typed, setTyped] = useState('')
  const [search, setSearch] = useState('')
  const list = useList<MiniSamplesQuery, MiniSamplesQueryVariables, Row>(MiniSamplesDocument, { kind: shelf.samples, search: search || null }, pick)
  const action = useAction()
  const use = (id: string) => action.run(async () => {
    const { sample } = (await ask(WritingSampleDocument, { id })).document
    back()
    Taro.eventCenter.trigger('sample', { title: sample.title, body: sample.body })
  })
  return (
    <Screen title="范文" ask={list}>
      <Card>
        <TextField label="查找范文" max={30} value={typed} onChange={setTyped} placeholder="标题中的字" />
        <Press plain inline onPress={() => setSearch(typed.trim())}>查找</Press>
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {list.rows.map(({ id, title, summary }) => (
        <Card key={id} title={title}>
          {summary ? <View>{summary}</View> : null}
          <Press plain inline busy={action.busy} onPress={() => void use(id)}>使用这篇</Press>
        </Card>
      ))}
      {list.rows.length || list.busy ? null : <Empty>没有找到范文</Empty>}
      <Foot list={list} />
    </Screen>
  )
}
