import { SetTenantQuotasDocument, type TenantMetersQuery } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'

type Meters = TenantMetersQuery['system']['tenantMeters']
interface Values { storage: number | null; sms: number | null; requests: number | null; reason: string }

const GIGABYTE = 1024 ** 3

/** 用量上限: how much of files, messages and requests a tenant may use, with the reason that stays on record. */
export function TenantQuotas({ id, meters, onClose }: { id: string; meters: Meters; onClose: () => void }) {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    ({ storage, sms, requests, reason }: Values) => ask(SetTenantQuotasDocument, {
      input: {
        tenant: id, reason: reason.trim(), smsMonth: sms ?? null, requestsDay: requests ?? null,
        storageBytes: storage === null ? null : Math.round(storage * GIGABYTE),
      },
    }),
    async () => {
      await queries.invalidateQueries({ queryKey: ['tenants', 'meters', id] })
      void message.success('已修改')
      onClose()
    })
  return (
    <DetailDrawer open title="修改用量上限" onClose={onClose} size={480} sticky>
      <Form<Values> name="tenant-quotas" form={form} layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={{
          storage: meters.storageQuota === null ? null : meters.storageQuota / GIGABYTE,
          sms: meters.smsQuota, requests: meters.requestsQuota, reason: '',
        }}>
        <Form.Item name="storage" label="存储空间" extra="不填为不限；用满后不能再上传，已有文件仍可下载">
          <InputNumber className="z-block" min={0.1} max={1_000_000} precision={1} placeholder="不限" suffix="GB" />
        </Form.Item>
        <Form.Item name="sms" label="每月短信" extra="不填为不限；用完后登录与设置密码的验证码另有预留，其他短信不再发送">
          <InputNumber className="z-block" min={1} max={1_000_000_000} precision={0} placeholder="不限" suffix="条" />
        </Form.Item>
        <Form.Item name="requests" label="每日请求" extra="不填为不限；用完后当日不能再使用，次日零点恢复">
          <InputNumber className="z-block" min={1} max={1_000_000_000} precision={0} placeholder="不限" suffix="次" />
        </Form.Item>
        <Form.Item name="reason" label="原因" rules={[{ required: true, whitespace: true, message: '请输入原因' }]}>
          <Input.TextArea rows={2} maxLength={200} showCount placeholder="如合同约定" />
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
