import { IssueCodesDocument, type IssueCodesMutation } from '@zhibu/api'
import { AutoComplete, Button, Checkbox, Form, Input, InputNumber } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { DateField } from '../../../kit/date-field'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { freshKey } from '../../../kit/fresh-key'
import { FormProblem } from '../../../kit/form-problem'
import { QueryBoundary } from '../../../kit/states'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import { IssuedCodes } from './issued-codes'
import { useModules } from './use-modules'

interface Values { plan: string; modules: string[]; seats: number; expiresOn: string; months?: number | null; count: number; note?: string }
type Issued = IssueCodesMutation['system']['issueCodes']

/** The form that issues codes; its idempotency key is made once, so that a repeated press issues nothing twice. */
export function IssueCodes({ onClose, onIssued }: { onClose: () => void; onIssued: () => void }) {
  const [key] = useState(() => freshKey())
  const [issued, setIssued] = useState<Issued | null>(null)
  const modules = useModules()
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit(form,
    async ({ note, months, ...values }: Values) => {
      // Base modules come with every plan; the form only shows them.
      const chosen = values.modules.filter((one) => modules.data?.some((module) => module.key === one && !module.base))
      const input = { key, ...values, modules: chosen, plan: values.plan.trim(), months: months ?? null, note: note?.trim() || null }
      return (await ask(IssueCodesDocument, { input })).system.issueCodes
    },
    (result) => {
      setIssued(result)
      onIssued()
    })
  if (issued) return <DetailDrawer open title={`已发放 ${issued.codes.length} 个激活码`} onClose={onClose} size={560} sticky><IssuedCodes codes={issued.codes} onDone={onClose} /></DetailDrawer>
  return (
    <DetailDrawer open title="发放激活码" onClose={onClose} size={560} sticky>
      <QueryBoundary query={modules}>
        {(catalogue) => {
          const base = catalogue.filter((module) => module.base).map((module) => module.key)
          return (
            <Form<Values> name="issue-codes" form={form} layout="vertical" onFinish={(values) => void submit(values)}
              initialValues={{ plan: '标准版', modules: base, seats: 500, count: 1, expiresOn: dayjs().add(1, 'month').format('YYYY-MM-DD') }}>
              <Form.Item name="plan" label="套餐" rules={[{ required: true, whitespace: true, message: '请输入套餐名称' }]}>
                <AutoComplete maxLength={30} options={['标准版', '专业版', '试用版'].map((value) => ({ value }))} />
              </Form.Item>
              <Form.Item name="modules" label="功能模块" extra="基础模块随套餐开通，不可取消">
                <Checkbox.Group className="z-checks" options={catalogue.map((module) => ({ value: module.key, label: module.base ? `${module.title}（基础）` : module.title, disabled: module.base }))} />
              </Form.Item>
              <div className="z-columns">
                <Form.Item name="seats" label="用户数上限" rules={[{ required: true, message: '请输入用户数上限' }]}>
                  <InputNumber className="z-block" min={1} max={1_000_000} precision={0} suffix="人" />
                </Form.Item>
                <Form.Item name="expiresOn" label="有效期至（含当日）" rules={[{ required: true, message: '请选择有效期' }]}>
                  <DateField notBefore={dayjs().format('YYYY-MM-DD')} />
                </Form.Item>
              </div>
              <Form.Item name="months" label="使用期限" extra="从开通之日起算，不填为长期">
                <InputNumber className="z-block" min={1} max={120} precision={0} suffix="个月" />
              </Form.Item>
              <Form.Item name="count" label="发放数量" extra="一次最多 200 个" rules={[{ required: true, message: '请输入数量' }, { type: 'integer', min: 1, max: 200, message: '数量为 1 至 200' }]}>
                <InputNumber className="z-block" min={1} max={200} precision={0} suffix="个" />
              </Form.Item>
              <Form.Item name="note" label="备注">
                <Input.TextArea rows={2} maxLength={200} showCount placeholder="如订单号、客户名称" />
              </Form.Item>
              <FormProblem problem={problem} />
              <div className="z-actions">
                <Button onClick={onClose}>取消</Button>
                <Button type="primary" htmlType="submit" loading={busy}>确定发放</Button>
              </div>
            </Form>
          )
        }}
      </QueryBoundary>
    </DetailDrawer>
  )
}
