import { ChangeTenantTermsDocument, type TenantRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, AutoComplete, Button, Form, Input, InputNumber } from 'antd'
import { DateField } from '../../../kit/date-field'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'

interface Values { plan: string; seats: number; expiresOn: string | null; reason: string }

/** 修改套餐: plan, places and last day of a tenant, with the reason that stays on record. */
export function TenantTerms({ tenant, onClose }: { tenant: TenantRowFragment; onClose: () => void }) {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    ({ plan, seats, expiresOn, reason }: Values) => ask(ChangeTenantTermsDocument, {
      input: { tenant: tenant.id, plan: plan.trim(), seats, expiresOn: expiresOn ?? null, reason: reason.trim() },
    }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['tenants'] })
      void message.success('已修改')
      onClose()
    })
  return (
    <DetailDrawer open title="修改套餐与到期日" onClose={onClose} size={480} sticky>
      <Form<Values> name="tenant-terms" form={form} layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={{ plan: tenant.plan, seats: tenant.seats, expiresOn: tenant.expiresOn ?? null, reason: '' }}>
        <Form.Item name="plan" label="套餐" rules={[{ required: true, whitespace: true, message: '请输入套餐名称' }]}>
          <AutoComplete maxLength={30} options={['标准版', '专业版', '试用版'].map((value) => ({ value }))} />
        </Form.Item>
        <Form.Item name="seats" label="用户数上限" extra="不能少于现有党员人数" rules={[{ required: true, message: '请输入用户数上限' }]}>
          <InputNumber className="z-block" min={1} max={1_000_000} precision={0} suffix="人" />
        </Form.Item>
        <Form.Item name="expiresOn" label="到期日（含当日）" extra="不填为长期可用">
          <DateField placeholder="长期" />
        </Form.Item>
        <Form.Item name="reason" label="原因" rules={[{ required: true, whitespace: true, message: '请输入原因' }]}>
          <Input.TextArea rows={2} maxLength={200} showCount placeholder="如续费订单号" />
        </Form.Item>
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
