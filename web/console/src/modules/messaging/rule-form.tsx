import { SaveNoticeRuleDocument, type NoticeRuleFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Switch } from 'antd'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { ladderOf, placed, type Rung, type Templates } from './form-values'
import { LadderFields } from './ladder-fields'
import { occasions } from './words'

interface Values { on: boolean; ladder: Rung[] }

/** One occasion: whether people are told, and by which rungs. */
export function RuleForm({ rule, templates, onClose }: { rule: NoticeRuleFragment; templates: Templates; onClose: () => void }) {
  const { label, hint } = occasions[rule.occasion]
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const initial: Values = { on: rule.on, ladder: ladderOf(rule) }
  const on = Form.useWatch('on', { form, preserve: true }) ?? rule.on
  const always = rule.occasion === 'ANNOUNCEMENT' || rule.occasion === 'SCHEDULE'
  const { submit, busy, problem } = useSubmit(form,
    async () => {
      const values = form.getFieldsValue(true) as Values
      const ladder = values.ladder.filter((one) => one.on).map((one) => ({ rung: one.rung, afterMinutes: one.afterMinutes ?? 0, template: one.rung === 'PUSH' ? null : one.template }))
      try {
        await ask(SaveNoticeRuleDocument, { occasion: rule.occasion, input: { on: values.on, ladder } })
      } catch (cause) { throw placed(cause, values, templates) }
    },
    async () => {
      await Promise.all(['notice-rules', 'notice'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
      void message.success('通知规则已保存')
      onClose()
    })
  return (
    <DetailDrawer open title={`通知规则 · ${label}`} onClose={onClose} size={560} sticky>
      <Form<Values> name="notice-rule" form={form} layout="vertical" initialValues={initial} onFinish={() => void submit(form.getFieldsValue(true) as Values)}>
        <p className="z-muted z-gap-bottom">{hint}</p>
        {!always && <Form.Item name="on" label="通知" valuePropName="checked" extra="关闭后，这种场合不发任何消息"><Switch checkedChildren="开启" unCheckedChildren="关闭" aria-label="通知" /></Form.Item>}
        {rule.occasion === 'SCHEDULE' && <p className="z-gap-bottom">开启的方式，党员可以在自己的日程中选用。</p>}
        {on && <LadderFields initial={initial.ladder} templates={templates} timed={rule.occasion !== 'SCHEDULE'} facts={rule.occasion === 'ANNOUNCEMENT' ? undefined : rule.facts} />}
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
