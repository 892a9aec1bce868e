import { OpenLostDocument } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, Select } from 'antd'
import { useNavigate } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { optionsFrom, useEntries } from '../../kit/use-dictionary'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { MemberSelect, type Chosen } from './fields'

interface Values { person: Chosen; lostOn: string; reason: string; note?: string }

/** 登记失联 */
export default function LostFormPage() {
  const [form] = Form.useForm<Values>()
  const entries = useEntries(['lost_contact_reason'])
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (
    <Page title="登记失联" menu="member.flow" hint="失去联系 6 个月以上的，系统提示可以停止党籍；是否停止由党组织讨论决定后登记。">
      <FormPage<Values, { id: string; name: string }>
        name="lost" form={form} draft="lost-new" withheld="" submitText="保存" initialValues={{}} onCancel={() => void navigate(link('/member/flow?view=lost'))}
        send={async (values) => (await ask(OpenLostDocument, { person: values.person.value, lostOn: values.lostOn, reason: values.reason, note: values.note?.trim() ?? '' })).mobility.openLost.case}
        done={({ id, name }) => {
          void queries.invalidateQueries({ queryKey: ['flow'] })
          void queries.invalidateQueries({ queryKey: ['lost'] })
          void message.success(`已登记“${name}”失联`)
          void navigate(link(`/member/flow?view=lost&case=${id}`))
        }}
      >
        <Section title="失联情况">
          <div className="z-columns">
            <Form.Item name="person" label="失联的党员" rules={[{ required: true, message: '请选择党员' }]}><MemberSelect /></Form.Item>
            <Form.Item name="lostOn" label="失去联系日期" rules={[{ required: true, message: '请选择失去联系日期' }]}><DateField notAfter={today()} /></Form.Item>
            <Form.Item name="reason" label="失联原因" rules={[{ required: true, message: '请选择失联原因' }]}><Select placeholder="请选择" options={optionsFrom(entries.data, 'lost_contact_reason')} /></Form.Item>
            <Form.Item name="note" label="情况说明"><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
          </div>
        </Section>
      </FormPage>
    </Page>
  )
}
