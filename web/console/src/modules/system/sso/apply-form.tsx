import { ApplyForSsoDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'

interface Values { name: string; purpose: string; homeUrl: string }

/** 申请接入: what platform it is and what for. */
export function ApplyForm({ onClose }: { onClose: () => void }) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(ApplyForSsoDocument, { input: { name: values.name.trim(), purpose: values.purpose.trim(), homeUrl: values.homeUrl.trim() } }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['sso'] })
      void message.success('已提交，请等待审核')
      onClose()
    })
  return (
    <DetailDrawer open title="申请免密登录" onClose={onClose} size={480} sticky>
      <Form<Values> name="sso-apply" form={form} layout="vertical" onFinish={(values) => void submit(values)}>
        <Form.Item name="name" label="平台名称" rules={[{ required: true, whitespace: true, message: '请输入平台名称' }]}>
          <Input maxLength={40} showCount placeholder="如：某某单位办公平台" />
        </Form.Item>
        <Form.Item name="homeUrl" label="平台网址" rules={[{ required: true, message: '请输入平台网址' }, { pattern: /^https?:\/\/\S+$/, message: '以 http:// 或 https:// 开头' }]}>
          <Input maxLength={200} placeholder="https://oa.example.org" />
        </Form.Item>
        <Form.Item name="purpose" label="用途" rules={[{ required: true, whitespace: true, message: '请输入用途' }]}>
          <Input.TextArea rows={4} maxLength={300} showCount />
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
