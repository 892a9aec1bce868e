import { View } from '@tarojs/components'
import { events } from '@zhibu/api/development-words'
import { RecordDevelopmentDocument } from '@zhibu/api/documents/development'
import type { DevelopmentEvent, MiniCaseQuery } from '@zhibu/api/generated'
import { DayField, LongField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { today } from '@/lib/days'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'

/** What happens beside the steps: a day and its words. */
export function EventForm({ file, event, onEnd }: { file: MiniCaseQuery['development']['case']; event: DevelopmentEvent; onEnd: () => void }) {
  const { id, version, name } = file.case
  const { value: form, change, forget, restored } = useDraft(`development.${id}.${event}`, { on: today(), note: '' })
  const action = useAction()
  const { label, note, danger, hint } = events[event]
  const words = form.note.trim()
  const save = async () => {
    if (danger && !(await confirm(label, '登记后不能撤销。', '确定'))) return
    await action.run(async () => {
      await ask(RecordDevelopmentDocument, { id, version, event, on: form.on, note: words })
      forget()
      done('已登记')
      onEnd()
    })
  }
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容，请核对日期</View> : null}
      <Card title={`${name}：${label}`}>
        {hint ? <View className="soft">{hint}</View> : null}
        <DayField label="日期" must value={form.on} onChange={(on) => change({ on })} fault={action.faultOf('on')} />
        <LongField label={note} must={event !== 'SUBMIT'} max={500} value={form.note} onChange={(typed) => change({ note: typed })} fault={action.faultOf('note')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={event !== 'SUBMIT' && words.length < 2} onPress={() => void save()}>{label}</Press>
      <Press plain onPress={() => { forget(); onEnd() }}>取消</Press>
    </>
  )
}
