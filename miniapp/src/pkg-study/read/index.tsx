import { View } from '@tarojs/components'
import { pledgeTypes, writingStates } from '@zhibu/api/words'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { dayOf, dayWords } from '@/lib/days'
import { back, open } from '@/lib/navigate'
import { confirm, done, useAction } from '@/lib/use-action'
import { useQuery } from '@/lib/use-query'
import { asked } from '../shelf'

/** One text whole, and what its writer may do with it. */
export default function Read() {
  const [{ shelf, id }] = useState(asked)
  const query = useQuery(shelf.one, { id: id ?? '' })
  const action = useAction()
  const text = query.data ? shelf.text(query.data) : null
  const writing = text?.writing
  const run = (work: () => Promise<unknown>, words: string) => action.run(async () => {
    await work()
    done(words)
    await query.reload()
  })
  const remove = async () => {
    if (!writing || !(await confirm('删除', '删除后不能恢复。', '删除'))) return
    await action.run(async () => {
      await shelf.remove({ id: writing.id, version: writing.version })
      back(`/pkg-study/list/index?kind=${shelf.key}&mine=1`)
    })
  }
  const withdraw = async () => {
    if (writing && (await confirm('撤回', '撤回后，其他人不再看到这篇内容。', '撤回'))) await run(() => shelf.withdraw({ id: writing.id, version: writing.version }), '已撤回')
  }
  return (
    <Screen title={shelf.title} ask={query}>
      {text && writing ? (
        <>
          <Card title={writing.title}>
            <View className="soft">{writing.person.name}　{writing.branch.shortName}　{dayWords(dayOf(writing.publishedAt ?? writing.updatedAt))}</View>
            {writing.kind ? <View className="soft">{writing.year}年度　{pledgeTypes[writing.kind].label}</View> : null}
            {writing.source ? <View className="soft">学习内容：{writing.source}</View> : null}
            {writing.mine ? <Tag tone={writingStates[writing.state].tone}>{writingStates[writing.state].label}</Tag> : null}
          </Card>
          <Card><View className="words">{text.body}</View></Card>
          {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
          {writing.mine && writing.editable ? (
            <>
              {writing.state === 'PUBLISHED' ? null : <Press busy={action.busy} onPress={() => void run(() => shelf.publish({ id: writing.id, version: writing.version }), '已发布')}>发布</Press>}
              <Press plain onPress={() => open(`/pkg-study/write/index?kind=${shelf.key}&id=${writing.id}`)}>修改</Press>
              {writing.state === 'PUBLISHED' ? <Press plain busy={action.busy} onPress={() => void withdraw()}>撤回</Press> : <Press plain busy={action.busy} onPress={() => void remove()}>删除</Press>}
            </>
          ) : null}
        </>
      ) : null}
    </Screen>
  )
}
