import { StartFlowInDocument, StartFlowOutDocument, idFault, type FlowInput } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, Select } from 'antd'
import { useNavigate } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { mobileRule } from '../../kit/form-rules'
import { OrgPicker } from '../../kit/org-picker'
import { Page, useLink } from '../../kit/page'
import { optionsFrom, useEntries } from '../../kit/use-dictionary'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { BRANCHES, MemberSelect, type Chosen } from './fields'

interface Values extends FlowInput { person: Chosen }
interface InValues extends FlowInput { branch: string; name: string; idNumber: string; mobile: string }

/** What is sent of a form. */
export const inputOf = (values: FlowInput): FlowInput => ({
  otherName: values.otherName?.trim() || null, otherContact: values.otherContact?.trim() || null, direction: values.direction, reason: values.reason,
  startedOn: values.startedOn, expectedOn: values.expectedOn ?? null, certificateNo: values.certificateNo?.trim() || null, note: values.note?.trim() || null,
})

/** What a form says of a flow. */
export function FlowFields({ incoming }: { incoming: boolean }) {
  const entries = useEntries(['flow_direction', 'flow_reason'])
  return (
    <>
      <Form.Item name="direction" label={incoming ? '流入来源' : '外出流向'} rules={[{ required: true, message: '请选择流向' }]}>
        <Select placeholder="请选择" options={optionsFrom(entries.data, 'flow_direction')} />
      </Form.Item>
      <Form.Item name="reason" label="流动原因" rules={[{ required: true, message: '请选择流动原因' }]}>
        <Select placeholder="请选择" options={optionsFrom(entries.data, 'flow_reason')} />
      </Form.Item>
      <Form.Item name="startedOn" label="流动日期" rules={[{ required: true, message: '请选择流动日期' }]}><DateField notAfter={today()} /></Form.Item>
      <Form.Item name="expectedOn" label="预计返回日期"><DateField /></Form.Item>
      <Form.Item name="otherName" label={incoming ? '流出地党组织' : '流入地党组织'} rules={incoming ? [{ required: true, whitespace: true, message: '请输入流出地党组织' }] : []}><Input maxLength={100} /></Form.Item>
      <Form.Item name="otherContact" label="对方联系人及电话"><Input maxLength={60} autoComplete="off" /></Form.Item>
      <Form.Item name="certificateNo" label="活动证编号"><Input maxLength={30} autoComplete="off" /></Form.Item>
      <Form.Item name="note" label="说明"><Input.TextArea rows={2} maxLength={200} showCount /></Form.Item>
    </>
  )
}

function useStarted() {
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return {
    back: () => void navigate(link('/member/flow')),
    done: ({ id, name }: { id: string; name: string }) => {
      void queries.invalidateQueries({ queryKey: ['flow'] })
      void queries.invalidateQueries({ queryKey: ['members'] })
      void message.success(`已登记“${name}”的流动`)
      void navigate(link(`/member/flow?flow=${id}`))
    },
  }
}

/** 登记流出 */
export function FlowOutPage() {
  const [form] = Form.useForm<Values>()
  const { back, done } = useStarted()
  return (
    <Page title="登记流出" menu="member.flow" hint="外出 6 个月以上、不能参加原党支部活动的，登记为流动党员；组织关系仍在原党支部。">
      <FormPage<Values, { id: string; name: string }>
        name="flow-out" form={form} draft="flow-out" withheld="" submitText="保存" initialValues={{}} onCancel={back} done={done}
        send={async (values) => (await ask(StartFlowOutDocument, { person: values.person.value, input: inputOf(values) })).mobility.startFlowOut.flow}
      >
        <Section title="流动信息">
          <div className="z-columns">
            <Form.Item name="person" label="流出的党员" rules={[{ required: true, message: '请选择党员' }]}><MemberSelect /></Form.Item>
            <FlowFields incoming={false} />
          </div>
        </Section>
      </FormPage>
    </Page>
  )
}

const idRule = {
  validator: (_rule: unknown, value: string | undefined) => {
    const words = value ? idFault(value.trim(), today()) : null
    return words ? Promise.reject(new Error(words)) : Promise.resolve()
  },
}

/** 登记流入 */
export function FlowInPage() {
  const [form] = Form.useForm<InValues>()
  const { back, done } = useStarted()
  return (
    <Page title="登记流入" menu="member.flow" hint="流入党员的组织关系仍在外地，只参加本支部活动，不计入党支部党员总数和应到会人数。">
      <FormPage<InValues, { id: string; name: string }>
        name="flow-in" form={form} draft="flow-in" withheld="公民身份号码、手机号" submitText="保存" initialValues={{}} onCancel={back} done={done}
        send={async (values) => (await ask(StartFlowInDocument, {
          person: { branch: values.branch, name: values.name.trim(), idNumber: values.idNumber.trim(), mobile: values.mobile.trim() }, input: inputOf(values),
        })).mobility.startFlowIn.flow}
      >
        <Section title="流入党员">
          <div className="z-columns">
            <Form.Item name="branch" label="本系统党支部" rules={[{ required: true, message: '请选择党支部' }]}><OrgPicker label="本系统党支部" kinds={BRANCHES} placeholder="请选择党支部" /></Form.Item>
            <Form.Item name="name" label="姓名" rules={[{ required: true, whitespace: true, message: '请输入姓名' }]}><Input maxLength={50} autoComplete="off" /></Form.Item>
            <Form.Item name="idNumber" label="公民身份号码" rules={[{ required: true, whitespace: true, message: '请输入公民身份号码' }, idRule]}><Input maxLength={24} autoComplete="off" /></Form.Item>
            <Form.Item name="mobile" label="手机号" rules={[{ required: true, whitespace: true, message: '请输入手机号' }, mobileRule]}><Input maxLength={17} inputMode="numeric" autoComplete="off" /></Form.Item>
          </div>
        </Section>
        <Section title="流动信息"><div className="z-columns"><FlowFields incoming /></div></Section>
      </FormPage>
    </Page>
  )
}
