import { ApplyForSmsSignatureDocument, ApplyForSmsTemplateDocument, type SmsWordKind, type SmsWordRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import { smsWordKinds } from './words'

interface Values { name: string; text?: string; note: string }

/** 申请短信签名、短信模板、语音模板, and the correction of one that was sent back. */
export function ApplyForm({ kind, again, onClose }: { kind: SmsWordKind; again: SmsWordRowFragment | null; onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const title = smsWordKinds[kind].label
  const { submit, busy, problem } = useSubmit(form,
    async (values: Values) => {
      const input = { name: values.name.trim(), note: values.note.trim(), again: again?.id ?? null }
      if (kind === 'SIGNATURE') await ask(ApplyForSmsSignatureDocument, { input })
      else await ask(ApplyForSmsTemplateDocument, { input: { ...input, text: (values.text ?? '').trim(), voice: kind === 'VOICE' } })
    },
    async () => {
      await queries.invalidateQueries({ queryKey: ['sms'] })
      void message.success('已提交，请等待审核')
      onClose()
    })
  return (
    <DetailDrawer open title={again ? `重新提交${title}` : `申请${title}`} onClose={onClose} size={480} sticky>
      <Form<Values> name="sms-apply" form={form} layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={{ name: again?.name ?? '', text: again?.text ?? '', note: again?.note ?? '' }}>
        {kind === 'SIGNATURE'
          ? (
            <Form.Item name="name" label="短信签名" extra="2 至 12 个汉字、字母或数字，不用写【】；一般为单位简称" rules={[{ required: true, whitespace: true, message: '请输入短信签名' }]}>
              <Input maxLength={12} showCount placeholder="如：某某镇党委" />
            </Form.Item>
          )
          : (
            <>
              <Form.Item name="name" label="模板名称" rules={[{ required: true, whitespace: true, message: '请输入模板名称' }]}>
                <Input maxLength={30} showCount placeholder="如：组织生活会通知" />
              </Form.Item>
              <Form.Item name="text" label="模板内容" extra={kind === 'VOICE'
                ? '接听后逐字播报，请写成口语。变量写在大括号中；{姓名}、{党支部} 自动填入，用于通知时 {标题}、{时间}、{地点}、{单位} 也自动填入。'
                : '变量写在大括号中；{姓名}、{党支部} 自动填入，用于通知公告时 {标题}、{时间}、{地点}、{单位} 也自动填入。70 字（含签名）以内按一条计费。'} rules={[{ required: true, whitespace: true, message: '请输入模板内容' }]}>
                <Input.TextArea rows={5} maxLength={500} showCount placeholder={kind === 'VOICE' ? '{姓名}同志您好，您有一条党组织的通知：{标题}。请登录系统查看。' : '{姓名}同志，请于{时间}到{地点}参加组织生活会。'} />
              </Form.Item>
            </>
          )}
        <Form.Item name="note" label="申请说明" extra="用途和使用场景，供运营商审核" rules={[{ required: true, whitespace: true, message: '请填写申请说明' }]}>
          <Input.TextArea rows={3} maxLength={200} showCount />
        </Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>提交申请</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
