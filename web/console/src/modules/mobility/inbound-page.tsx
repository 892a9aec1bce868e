import { StartInboundDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, InputNumber } from 'antd'
import { useNavigate } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { MemberFields } from '../member/fields'
import { inputOf, type MemberValues } from '../member/form-values'
import { useMemberForm, WITHHELD } from '../member/use-member-form'
import { TransferWords } from './fields'

interface Values extends MemberValues { fromName: string; letterNo: string; issuedOn: string; validDays: number; reason: string; duesPaidTo?: string; note?: string }

/** 系统外调入: what a letter on paper says, to be checked by the committee and taken in by the branch. */
export default function InboundPage() {
  const { form, onValuesChange } = useMemberForm()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (
    <Page title="系统外调入" menu="member.transfer" hint="按对方开具的介绍信填写；接收党委核对后，由接收党支部接收，随即可以打印回执。">
      <FormPage<Values, { id: string; name: string }>
        name="inbound" form={form as never} draft="transfer-inbound" withheld={WITHHELD} submitText="提交"
        initialValues={{ status: 'NORMAL', validDays: 30 }} onValuesChange={onValuesChange} onCancel={() => void navigate(link('/member/transfer'))}
        send={async (values) => (await ask(StartInboundDocument, {
          input: {
            member: inputOf(values), fromName: values.fromName, letterNo: values.letterNo, issuedOn: values.issuedOn, validDays: values.validDays,
            reason: values.reason, duesPaidTo: values.duesPaidTo?.trim() || null, note: values.note?.trim() || null,
          },
        })).mobility.startInbound.transfer}
        done={({ id, name }) => {
          void queries.invalidateQueries({ queryKey: ['transfer'] })
          void message.success(`已登记“${name}”的调入`)
          void navigate(link(`/member/transfer/${id}`))
        }}
      >
        <Section title="介绍信">
          <div className="z-columns">
            <Form.Item name="fromName" label="转出党组织" rules={[{ required: true, whitespace: true, message: '请输入转出党组织' }]}><Input maxLength={100} /></Form.Item>
            <Form.Item name="letterNo" label="介绍信编号" rules={[{ required: true, whitespace: true, message: '请输入介绍信编号' }]}><Input maxLength={40} /></Form.Item>
            <Form.Item name="issuedOn" label="开具日期" rules={[{ required: true, message: '请选择开具日期' }]}><DateField notAfter={today()} /></Form.Item>
            <Form.Item name="validDays" label="有效期（天）" rules={[{ required: true, message: '请输入有效期' }]}><InputNumber min={1} max={90} precision={0} /></Form.Item>
            <TransferWords />
          </div>
        </Section>
        <MemberFields />
      </FormPage>
    </Page>
  )
}
