import { ReplaceHelpersDocument, type DevelopmentDetailFragment } from '@zhibu/api'
import { Alert, App, Button, Form, Input } from 'antd'
import { DateField } from '../../kit/date-field'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { People } from './act-drawer'
import { peopleLabels } from '@zhibu/api/development-words'

interface Values { on: string; note: string; people: string[] }

/** 更换培养联系人、入党介绍人: others are named, with a reason. */
export function HelpersDrawer({ file, onClose, onTaken }: {
  file: DevelopmentDetailFragment
  onClose: () => void
  onTaken: (file: DevelopmentDetailFragment) => void
}) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const step = file.helperStep ?? 5
  const label = peopleLabels[step] ?? '人员'
  const range = file.steps.find(({ no }) => no === step)?.people ?? [1, 2]
  const { id, version } = file.case
  const { submit, busy, problem } = useSubmit<Values, DevelopmentDetailFragment>(
    form,
    async ({ people, on, note }) => (await ask(ReplaceHelpersDocument, { id, version, people, on, note })).development.replaceHelpers,
    (next) => {
      onTaken(next)
      void message.success(`已更换${label}`)
      onClose()
    },
  )
  const stay = file.helpers.filter(({ gap }) => gap === null)
  return (
    <DetailDrawer open title={`更换${label}`} onClose={onClose} sticky size={480}>
      <Form<Values> form={form} name="helpers" layout="vertical" initialValues={{ on: today(), people: stay.map(({ person }) => person) }} onFinish={(values) => void submit(values)}>
        <Alert className="z-gap-bottom" type="info" showIcon title={`请选择更换后的全部${label}${stay.length > 0 ? `；继续担任的（${stay.map(({ name }) => name).join('、')}）已填好` : ''}。培养考察时间连续计算。`} />
        <People range={range} label={label} known={stay.map(({ person, name }) => ({ value: person, label: name }))} />
        <Form.Item name="on" label="更换日期" rules={[{ required: true, message: '请选择更换日期' }]}><DateField notAfter={today()} /></Form.Item>
        <Form.Item name="note" label="更换原因" rules={[{ required: true, whitespace: true, min: 2, message: '请填写更换原因' }]}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>更换</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
