import { AskSupportDocument, TenantsDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'

interface Values { tenant: string; reason: string; write: boolean; hours: number }

/** 申请支持: which tenant, what for, how long. */
export function AskForm({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const [search, setSearch] = useState('')
  const found = useQuery({
    queryKey: ['tenants', 'names', search],
    queryFn: async ({ signal }) => (await ask(TenantsDocument, { first: 20, offset: 0, filter: { search: search || null } }, signal)).system.tenants.nodes,
    placeholderData: (before) => before,
  })
  const { submit, busy, problem } = useSubmit(form,
    (values: Values) => ask(AskSupportDocument, { input: { ...values, reason: values.reason.trim() } }),
    () => {
      void message.success('已向租户申请，等待对方管理员同意')
      onDone()
      onClose()
    })
  return (
    <DetailDrawer open title="申请支持" onClose={onClose} size={480} sticky>
      <Form<Values> name="ask-support" form={form} layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ reason: '', write: false, hours: 4 }}>
        <Form.Item name="tenant" label="租户" rules={[{ required: true, message: '请选择租户' }]}>
          <Select placeholder="请选择" filterOption={false} showSearch={{ onSearch: setSearch }}
            options={(found.data ?? []).map((tenant) => ({ value: tenant.id, label: tenant.name }))} />
        </Form.Item>
        <Form.Item name="reason" label="原因" extra="租户的管理员会看到" rules={[{ required: true, whitespace: true, message: '请输入原因' }]}>
          <Input.TextArea rows={3} maxLength={200} showCount />
        </Form.Item>
        <Form.Item name="hours" label="时长"><Select options={[1, 4, 8, 24, 48, 72].map((value) => ({ value, label: `${value} 小时` }))} /></Form.Item>
        <Form.Item name="write" label="范围"><Radio.Group options={[{ value: false, label: '只查看' }, { value: true, label: '查看和修改' }]} /></Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>申请</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
