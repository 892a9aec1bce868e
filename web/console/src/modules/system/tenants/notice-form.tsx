import { PublishNoticeDocument, TenantsDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { DateField } from '../../../kit/date-field'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { today } from '../../../kit/words'
import { ask } from '../../../net/ask'

interface Values { title: string; text: string; since: string; until: string; tenants: string[] }

/** 写通知: plain text, for some days, to all tenants or to chosen ones. */
export function NoticeForm({ onClose, onSent }: { onClose: () => void; onSent: () => void }) {
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const [search, setSearch] = useState('')
  const found = useQuery({
    queryKey: ['tenants', 'names', search],
    queryFn: async ({ signal }) => (await ask(TenantsDocument, { first: 20, offset: 0, filter: { search: search || null } }, signal)).system.tenants.nodes,
    placeholderData: (before) => before,
  })
  const { submit, busy, problem } = useSubmit(form,
    ({ tenants, title, text, ...days }: Values) => ask(PublishNoticeDocument, {
      input: { ...days, title: title.trim(), text: text.trim(), tenants: tenants.length > 0 ? tenants : null },
    }),
    () => {
      void message.success('通知已发布')
      onSent()
      onClose()
    })
  return (
    <DetailDrawer open title="写通知" onClose={onClose} size={480} sticky>
      <Form<Values> name="notice" form={form} layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={{ title: '', text: '', since: today(), until: today(), tenants: [] }}>
        <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: '请输入标题' }]}>
          <Input maxLength={40} showCount />
        </Form.Item>
        <Form.Item name="text" label="内容" extra="只支持纯文本" rules={[{ required: true, whitespace: true, message: '请输入内容' }]}>
          <Input.TextArea rows={4} maxLength={500} showCount />
        </Form.Item>
        <div className="z-columns">
          <Form.Item name="since" label="开始日期" rules={[{ required: true, message: '请选择开始日期' }]}><DateField notBefore={today()} /></Form.Item>
          <Form.Item name="until" label="结束日期（含当日）" rules={[{ required: true, message: '请选择结束日期' }]}><DateField notBefore={today()} /></Form.Item>
        </div>
        <Form.Item name="tenants" label="通知谁" extra="不选为全部租户">
          <Select mode="multiple" placeholder="全部租户" filterOption={false} showSearch={{ onSearch: setSearch }}
            options={(found.data ?? []).map((tenant) => ({ value: tenant.id, label: tenant.name }))} />
        </Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>发布</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
