import { membershipStatuses, memberTypes, optionsOf, withoutProbation, type MembershipStatus } from '@zhibu/api'
import { Checkbox, Form, Radio, Select } from 'antd'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { today } from '../../kit/words'
import { BranchFields } from './branch-fields'
import { options, useEntries } from './dictionary'
import type { MemberValues } from './form-values'
import { fits } from './rules'

/** 党籍信息. `status` is the stored state of the membership, which only a decision changes. */
export function PartyFields({ status }: { status?: MembershipStatus | undefined }) {
  const form = Form.useFormInstance<MemberValues>()
  const { data: entries } = useEntries()
  const type = Form.useWatch('memberType', form)
  const join = Form.useWatch('joinDate', form)
  const free = Boolean(join) && withoutProbation(join ?? '')
  const floating = Form.useWatch('floating', form)
  const lost = Form.useWatch('lost', form)
  return (
    <Section title="党籍信息">
      <div className="z-columns">
        <BranchFields />
        <Form.Item name="memberType" label="人员类别" rules={[{ required: true, message: '请选择人员类别' }]}><Radio.Group options={optionsOf(memberTypes)} /></Form.Item>
        {status
          ? <Form.Item label="党籍状态" extra="党籍状态须经组织决定，不在此处修改">{membershipStatuses[status].label}</Form.Item>
          : <Form.Item name="status" label="党籍状态"><Radio.Group options={optionsOf(membershipStatuses)} /></Form.Item>}
        <Form.Item name="joinDate" label="加入党组织日期" extra="支部党员大会通过其为预备党员的日期" dependencies={['birthDate']}
          rules={[{ required: true, message: '请选择加入党组织日期' }, fits('joinDate')]}>
          <DateField notAfter={today()} notBefore="1921-07-01" />
        </Form.Item>
        {type === 'FORMAL' && (
          <Form.Item name="conversionDate" label="转为正式党员日期" required={!free} dependencies={['joinDate', 'memberType']} rules={[fits('conversionDate')]}
            extra={free ? '该时期入党没有预备期，可不填' : '一般为入党满一年之日，请按实际核对'}>
            <DateField notAfter={today()} notBefore={join || '1921-07-01'} />
          </Form.Item>
        )}
      </div>
      <Form.Item name="floating" valuePropName="checked"><Checkbox>流动党员</Checkbox></Form.Item>
      {floating && (
        <div className="z-columns">
          <Form.Item name="flowDirection" label="外出流向" rules={[{ required: true, message: '请选择外出流向' }]}>
            <Select placeholder="请选择" options={options(entries, 'flow_direction')} />
          </Form.Item>
        </div>
      )}
      <Form.Item name="lost" valuePropName="checked"><Checkbox>失联党员</Checkbox></Form.Item>
      {lost && (
        <div className="z-columns">
          <Form.Item name="lostOn" label="失去联系日期" required dependencies={['joinDate']} rules={[fits('lostOn')]}><DateField notAfter={today()} /></Form.Item>
          <Form.Item name="lostReason" label="失联原因"><Select allowClear placeholder="请选择" options={options(entries, 'lost_contact_reason')} /></Form.Item>
        </div>
      )}
    </Section>
  )
}
