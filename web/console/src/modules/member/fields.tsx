import { isMobile, isPhone, type MemberFactsFragment } from '@zhibu/api'
import { Form, Input, Select } from 'antd'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { today } from '../../kit/words'
import { educationGroups, options, useEntries, workPostGroups } from './dictionary'
import { IdentityFields } from './identity-fields'
import { PartyFields } from './party-fields'
import { fits, required, right } from './rules'
import { SensitiveField } from './sensitive-field'

/** All fields of a member, shared by 新增 and 编辑; `stored` is the record being edited. */
export function MemberFields({ stored }: { stored?: MemberFactsFragment }) {
  return (
    <>
      <IdentityFields idNumber={stored?.idNumber} />
      <PartyFields status={stored?.status} />
      <WorkFields />
      <ContactFields stored={stored} />
    </>
  )
}

const found = { optionFilterProp: 'label' }

function WorkFields() {
  const { data: entries } = useEntries()
  return (
    <Section title="工作与学习">
      <div className="z-columns">
        <Form.Item name="workPost" label="工作岗位" rules={[{ required: true, message: '请选择工作岗位' }]}>
          <Select placeholder="请选择，可输入查找" showSearch={found} options={workPostGroups(entries)} listHeight={360} />
        </Form.Item>
        <Form.Item name="employer" label="工作单位及职务"><Input maxLength={100} /></Form.Item>
        <Form.Item name="professionalTitle" label="职称"><Input maxLength={40} /></Form.Item>
        <Form.Item name="firstWorkDate" label="参加工作时间" dependencies={['birthDate']} rules={[fits('firstWorkDate')]}><DateField notAfter={today()} /></Form.Item>
        <Form.Item name="educationLevel" label="学历" extra="最高学历" rules={[{ required: true, message: '请选择学历' }]}>
          <Select placeholder="请选择，可输入查找" showSearch={found} options={educationGroups(entries)} listHeight={360} />
        </Form.Item>
        <Form.Item name="degree" label="学位"><Select allowClear placeholder="没有可不选" options={options(entries, 'degree')} /></Form.Item>
        <Form.Item name="school" label="毕业院校"><Input maxLength={60} /></Form.Item>
        <Form.Item name="major" label="专业"><Input maxLength={60} /></Form.Item>
      </div>
    </Section>
  )
}

function ContactFields({ stored }: { stored: MemberFactsFragment | undefined }) {
  return (
    <Section title="联系方式">
      <div className="z-columns">
        <SensitiveField name="mobile" label="手机号" masked={stored?.mobile} maxLength={17} numeric extra="党员用此号码登录，不能与他人重复"
          rules={[required('请输入手机号'), right((value) => (isMobile(value) ? null : '请输入 11 位手机号'))]} />
        <SensitiveField name="landline" label="固定电话" masked={stored?.landline} maxLength={24} numeric removable extra="带区号，如 0591-87654321"
          rules={[right((value) => (isPhone(value) ? null : '请输入带区号的固定电话，如 0591-87654321'))]} />
      </div>
      <SensitiveField name="homeAddress" label="家庭住址" masked={stored?.homeAddress} maxLength={120} removable rules={[]} />
      <Form.Item name="remark" label="备注"><Input.TextArea rows={2} maxLength={200} showCount /></Form.Item>
    </Section>
  )
}
