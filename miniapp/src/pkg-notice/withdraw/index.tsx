import { View } from '@tarojs/components'
import { MiniNoticeDocument, MiniWithdrawNoticeDocument } from '@zhibu/api/documents/mini-notice'
import { useState } from 'react'
import { Choices, Field, LongField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { asked, back } from '@/lib/navigate'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'

const REASONS = ['内容有误，另行通知', '时间地点有变化', '发错了对象']

/** 撤回通知 (PC-4.5): with the reason. */
export default function Withdraw() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniNoticeDocument, { id })
  const { value: form, change, forget } = useDraft(`withdraw.${id}`, { reason: '' })
  const action = useAction()
  const notice = query.data?.messaging.announcement.announcement
  const send = async () => {
    if (!(await confirm('撤回通知', '撤回后不能恢复：党员看到“已撤回”，还没有发出的短信和电话不再发出，已经花的钱不退。', '撤回'))) return
    await action.run(async () => {
      await ask(MiniWithdrawNoticeDocument, { id, reason: form.reason.trim() })
      forget()
      done('已撤回')
      back(`/pkg-notice/notice/index?id=${id}`)
    })
  }
  return (
    <Screen title="撤回通知" ask={query}>
      {notice ? <Card title={notice.title}><View className="soft">{momentWords(notice.createdAt)}发布，{notice.read} 人已读</View></Card> : null}
      <Card>
        <Field label="常用原因，点一下就填好"><Choices options={REASONS.map((words) => ({ key: words, label: words }))} value={form.reason} onChange={(reason) => change({ reason })} /></Field>
        <LongField label="撤回原因" must max={200} value={form.reason} onChange={(reason) => change({ reason })} fault={action.faultOf('reason')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={form.reason.trim().length < 2 || notice?.state !== 'SENT'} onPress={() => void send()}>撤回通知</Press>
    </Screen>
  )
}
