import { SendFeedbackDocument, optionsOf, type FeedbackKind } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { feedbackKinds } from '../../kit/feedback-words'
import { FormProblem } from '../../kit/form-problem'
import { freshKey } from '../../kit/fresh-key'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

interface Values { kind: FeedbackKind; text: string; contact?: string }

/** Tells the operators something; sent again after a lost answer it is the same. */
export function FeedbackForm({ onClose }: { onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [id] = useState(freshKey)
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    ({ kind, text, contact }: Values) => ask(SendFeedbackDocument, { input: { id, kind, text, contact: contact?.trim() || null } }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['own-feedback'] })
      void message.success('已提交，答复会显示在本页')
      onClose()
    })
  return (
    <Modal open title="提交反馈" okText="提交" cancelText="取消" confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose} mask={{ closable: false }}>
      <Form<Values> form={form} name="feedback" layout="vertical" initialValues={{ kind: 'SUGGESTION' }} onFinish={(values) => void submit(values)}>
        <Form.Item name="kind" label="类型"><Radio.Group options={optionsOf(feedbackKinds)} /></Form.Item>
        <Form.Item name="text" label="内容" extra="请不要填写身份证号等个人敏感信息。" rules={[{ required: true, whitespace: true, min: 5, message: '请填写5至2000个字' }]}>
          <Input.TextArea rows={6} maxLength={2000} showCount />
        </Form.Item>
        <Form.Item name="contact" label="联系方式（选填）" extra="服务商看不到您的姓名。需要回电或邮件时请填写。"><Input maxLength={100} /></Form.Item>
        <FormProblem problem={problem} />
      </Form>
    </Modal>
  )
}
