import { View } from '@tarojs/components'
import { MiniFeedbackDocument, MiniSendFeedbackDocument } from '@zhibu/api/documents/mini-me'
import type { FeedbackKind, FeedbackState, MiniFeedbackFactsFragment, MiniFeedbackQuery, MiniFeedbackQueryVariables } from '@zhibu/api/generated'
import { Choices, Field, LongField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { freshId } from '@/lib/fresh-id'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useList } from '@/lib/use-query'

const kinds: { key: FeedbackKind; label: string }[] = [{ key: 'SUGGESTION', label: '建议' }, { key: 'PROBLEM', label: '问题' }, { key: 'COMPLAINT', label: '投诉' }, { key: 'OTHER', label: '其他' }]
const states: Record<FeedbackState, { label: string; tone: string }> = { OPEN: { label: '待答复', tone: 'warn' }, ANSWERED: { label: '已答复', tone: 'ok' }, CLOSED: { label: '已办结', tone: '' } }
const pick = ({ system: { myFeedback } }: MiniFeedbackQuery) => ({ nodes: myFeedback.nodes, hasNext: myFeedback.pageInfo.hasNextPage, end: myFeedback.pageInfo.endCursor })

/** 建议反馈 (M-9.8): says something to the administrators, and reads what they answered. */
export default function FeedbackPage() {
  const list = useList<MiniFeedbackQuery, MiniFeedbackQueryVariables, MiniFeedbackFactsFragment>(MiniFeedbackDocument, {}, pick)
  return (
    <Screen title="建议反馈" ask={list}>
      <Write reload={list.reload} />
      {list.rows.map((one) => (
        <Card key={one.id}>
          <View className="row"><View className="row-text">{kinds.find(({ key }) => key === one.kind)?.label}</View><Tag tone={states[one.state].tone}>{states[one.state].label}</Tag></View>
          <View className="words">{one.text}</View>
          <View className="soft">{momentWords(one.createdAt)}</View>
          {one.answers.map(({ text, at }) => <View key={at} className="note ok"><View className="words">{text}</View><View className="soft">答复于 {momentWords(at)}</View></View>)}
        </Card>
      ))}
      <Foot list={list} />
    </Screen>
  )
}

const empty = (): { id: string; kind: FeedbackKind; text: string; contact: string } => ({ id: freshId(), kind: 'SUGGESTION', text: '', contact: '' })

function Write({ reload }: { reload: () => Promise<void> }) {
  const { value, change, start, forget } = useDraft('feedback', empty())
  const action = useAction()
  // Sent again as it was, it is the same; edited after a lost answer, it is another one.
  const edit = (part: Partial<typeof value>) => change({ ...part, id: freshId() })
  const send = () => action.run(async () => {
    await ask(MiniSendFeedbackDocument, { input: { id: value.id, kind: value.kind, text: value.text.trim(), contact: value.contact.trim() || null } })
    forget()
    start(empty())
    done('已提交')
    await reload()
  })
  return (
    <Card title="我要反馈">
      <Field label="类型"><Choices options={kinds} value={value.kind} onChange={(kind) => edit({ kind })} /></Field>
      <LongField label="内容" must max={1000} value={value.text} onChange={(text) => edit({ text })} fault={action.faultOf('text')} placeholder="请写明是什么事、在哪里遇到" />
      <TextField label="联系方式" max={60} value={value.contact} onChange={(contact) => edit({ contact })} fault={action.faultOf('contact')} placeholder="可不填" />
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
      <Press inline busy={action.busy} disabled={!value.text.trim()} onPress={() => void send()}>提交</Press>
    </Card>
  )
}
