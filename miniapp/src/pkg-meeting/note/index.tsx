import { View } from '@tarojs/components'
import { MiniMeetingDocument, MiniWriteNoteDocument } from '@zhibu/api/documents/mini-meeting'
import { asRequestError } from '@zhibu/api/errors'
import { useEffect, useState } from 'react'
import { LongField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { asked, back } from '@/lib/navigate'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'

/** `base` is the version the typing began from; 0 when there was none. */
interface Form { base: number; body: string }

/** 会议笔记: what is typed is kept on this phone at once, and on the server by a touch. */
export default function Note() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMeetingDocument, { id })
  const { value: form, change, start, forget, restored } = useDraft<Form>(`note.${id}`, { base: 0, body: '' })
  const action = useAction()
  const found = query.data?.meeting.meeting
  const there = found?.note ?? null
  useEffect(() => { if (found) start({ base: found.note?.version ?? 0, body: found.note?.body ?? '' }) }, [found, start])
  // Written on another phone or computer meanwhile.
  const overtaken = found !== undefined && (there?.version ?? 0) !== form.base && there?.body.trim() !== form.body.trim()
  const send = () => action.run(async () => {
    try {
      await ask(MiniWriteNoteDocument, { id, version: form.base || null, body: form.body.trim() })
    } catch (cause) {
      if (asRequestError(cause).code !== 'CONFLICT') throw cause
      // Perhaps by this very phone, when the answer was lost.
      const now = (await ask(MiniMeetingDocument, { id })).meeting.meeting.note
      if ((now?.body ?? '').trim() !== form.body.trim()) {
        await query.reload()
        return action.say('这篇笔记在别处修改过。两份内容都在下面，请选择怎样保留。')
      }
    }
    forget()
    done('笔记已保存')
    back(`/pkg-meeting/detail/index?id=${id}`)
  })
  const settle = (body: string) => {
    change({ base: there?.version ?? 0, body })
    action.say(null)
  }
  return (
    <Screen title="会议笔记" ask={query}>
      {restored ? <View className="note ok">已恢复上次没有保存的内容</View> : null}
      {overtaken ? (
        <Card title="在别处保存的内容">
          <View className="words">{there?.body || '（已清空）'}</View>
          {there?.updatedAt ? <View className="soft">保存于 {momentWords(there.updatedAt)}</View> : null}
          <Press plain inline onPress={() => settle([there?.body ?? '', form.body].filter((text) => text.trim()).join('\n\n'))}>两份都要，合在一起</Press>
          <Press plain inline onPress={() => settle(form.body)}>只留我现在写的</Press>
          <Press plain inline onPress={() => settle(there?.body ?? '')}>只留别处保存的</Press>
        </Card>
      ) : null}
      <Card title={found?.meeting.title}>
        <LongField label={overtaken ? '我现在写的' : '笔记'} max={20_000} value={form.body} onChange={(body) => change({ body })} fault={action.faultOf('body')} hint="写下的内容随时保存在这部手机上；会议管理员可以看到保存后的笔记" />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={overtaken || (!form.body.trim() && !there)} onPress={() => void send()}>{form.body.trim() || !there ? '保存笔记' : '清空笔记'}</Press>
    </Screen>
  )
}
