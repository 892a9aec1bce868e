import { SaveScheduleDocument, ScheduleWaysDocument, optionsOf, type OwnScheduleFragment, type ScheduleRepeat, type ScheduleWay } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useDraft } from '../../kit/use-draft'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { TimeField } from './time-field'
import { aheadWords, scheduleRepeats, scheduleWays } from './words'

interface Values { title: string; note?: string; at: string | null; repeat: ScheduleRepeat; aheadMinutes: number; way: ScheduleWay }

const AHEAD = [0, 5, 10, 15, 30, 60, 120, 1440, 2880, 10_080]

/** 新建日程, 编辑日程. */
export function ScheduleForm({ row, onClose }: { row: OwnScheduleFragment | null; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const ways = useQuery({ queryKey: ['schedule-ways'], queryFn: async ({ signal }) => (await ask(ScheduleWaysDocument, {}, signal)).messaging.ways })
  const way = Form.useWatch('way', form) ?? row?.way ?? 'APP'
  const ahead = Form.useWatch('aheadMinutes', form) ?? row?.aheadMinutes ?? 10
  const at = Form.useWatch('at', form) ?? null
  const { restored, keep, forget } = useDraft(form, `schedule-${row?.id ?? 'new'}`, null)
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(SaveScheduleDocument, {
      id: row?.id ?? null,
      input: { title: values.title.trim(), note: values.note?.trim() || null, at: values.at ?? '', repeat: values.repeat, aheadMinutes: values.aheadMinutes, way: values.way },
    }),
    async () => {
      forget()
      await queries.invalidateQueries({ queryKey: ['own-schedules'] })
      void message.success('日程已保存')
      onClose()
    })
  // A way that is no longer open stays to be seen for what was chosen, until another is.
  const offered = [...new Set<ScheduleWay>([...(ways.data ?? ['APP' as const]), ...(row ? [row.way] : [])])]
  const late = at !== null && dayjs(at).subtract(ahead, 'minute').isBefore(dayjs())
  return (
    <DetailDrawer open title={row ? '编辑日程' : '新建日程'} onClose={onClose} size={480} sticky>
      <Form<Values> name="schedule" form={form} layout="vertical" onValuesChange={keep} onFinish={(values) => void submit(values)}
        initialValues={{ title: row?.title ?? '', note: row?.note ?? '', at: row?.at ?? null, repeat: row?.repeat ?? 'NEVER', aheadMinutes: row?.aheadMinutes ?? 10, way: row?.way ?? 'APP' }}>
        {restored !== 'none' && <p className="z-muted z-gap-bottom" role="status">已恢复上次未提交的内容。<Button size="small" type="link" onClick={() => { forget(); form.resetFields() }}>放弃草稿</Button></p>}
        <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: '请输入标题' }]}><Input maxLength={40} showCount autoComplete="off" placeholder="如：交党费" /></Form.Item>
        <Form.Item name="at" label="时间" rules={[{ required: true, message: '请选择时间' }]}><TimeField /></Form.Item>
        <Form.Item name="repeat" label="重复"><Radio.Group options={optionsOf(scheduleRepeats)} /></Form.Item>
        <Form.Item name="aheadMinutes" label="提醒时间" extra={late ? '提醒时间已经过了，请改晚一些或缩短提前量' : undefined}>
          <Select options={[...new Set([...AHEAD, ...(row ? [row.aheadMinutes] : [])])].sort((one, other) => one - other).map((minutes) => ({ value: minutes, label: aheadWords(minutes) }))} />
        </Form.Item>
        <Form.Item name="way" label="提醒方式" extra={scheduleWays[way].hint}><Radio.Group options={offered.map((one) => ({ value: one, label: scheduleWays[one].label }))} /></Form.Item>
        <Form.Item name="note" label="备注"><Input.TextArea rows={3} maxLength={200} showCount /></Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
