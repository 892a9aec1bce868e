import { USUAL_TERM, isPhone, orgTypes, optionsOf, unitRelations, type OrgType, type UnitRelation } from '@zhibu/api'
import { Checkbox, Form, Input, InputNumber, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { useEffect, type ReactNode } from 'react'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import type { OrganisationValues } from './form-values'
import { UnitFields } from './unit-fields'
import { provinces, useEntries } from './use-dictionary'

const required = (message: string) => ({ required: true, whitespace: true, message })
const today = () => dayjs().format('YYYY-MM-DD')

/** All fields of an organisation, shared by 新增下级 and 编辑. `phone` stands in for the field while the stored number stays. */
export function OrganisationFields({ types, phone }: { types: OrgType[]; phone?: ReactNode }) {
  const form = Form.useFormInstance<OrganisationValues>()
  const type = Form.useWatch('type', form)
  const joint = type === 'JOINT_BRANCH'
  useEffect(() => {
    if (type === undefined) return
    const relation = form.getFieldValue('unitRelation') as UnitRelation | undefined
    if (joint && relation !== 'JOINT') form.setFieldValue('unitRelation', 'JOINT')
    if (!joint && relation === 'JOINT') form.setFieldValue('unitRelation', 'SAME_AS_PARENT')
  }, [form, type, joint])
  const elected = type !== undefined && USUAL_TERM[type] !== undefined
  const founded = Form.useWatch('foundedOn', form) || '1921-07-01'
  const committee = type === 'PARTY_COMMITTEE' || type === 'WORK_COMMITTEE'
  return (
    <>
      <Section title="名称与类别">
        <Form.Item name="fullName" label="组织全称" extra="与印章一致，一般以“中共”开头" rules={[required('请输入组织全称'), { min: 2, max: 100, message: '2 至 100 个字' }]}>
          <Input maxLength={100} />
        </Form.Item>
        <div className="z-columns">
          <Form.Item name="shortName" label="组织简称" extra="日常显示用，本单位内不能重复" rules={[required('请输入组织简称'), { min: 2, max: 30, message: '2 至 30 个字' }]}>
            <Input maxLength={30} />
          </Form.Item>
          <Form.Item name="type" label="类别" rules={[{ required: true, message: '请选择类别' }]}>
            <Select placeholder="请选择" options={types.map((value) => ({ value, label: orgTypes[value].label }))} />
          </Form.Item>
          <Form.Item name="foundedOn" label="成立日期" rules={[{ required: true, message: '请选择成立日期' }]}><DateField notAfter={today()} notBefore="1921-07-01" /></Form.Item>
          <Form.Item name="approvalNo" label="批准文号"><Input maxLength={60} placeholder="如：某党发〔2024〕5 号" /></Form.Item>
          <Form.Item name="externalCode" label="外部代码" extra="全国党员管理信息系统中的代码，没有可不填"><Input maxLength={40} /></Form.Item>
          <Form.Item name="sort" label="排序号" extra="同级组织中从小到大排列，可不填"><InputNumber className="z-block" min={0} max={9999} precision={0} /></Form.Item>
        </div>
      </Section>
      <Section title="所在单位">
        <Form.Item name="unitRelation" label="所在单位情况" extra={joint ? '联合党支部须填写 2 至 5 个单位' : undefined} rules={[{ required: true, message: '请选择所在单位情况' }]}>
          <Radio.Group options={optionsOf(unitRelations).map((one) => ({ ...one, disabled: type !== undefined && joint !== (one.value === 'JOINT') }))} />
        </Form.Item>
        <UnitFields />
      </Section>
      <Section title="联系方式">
        <div className="z-columns">
          <Division />
          <Form.Item name="contactName" label="联系人" rules={[required('请输入联系人'), { min: 2, max: 30, message: '2 至 30 个字' }]}><Input maxLength={30} autoComplete="off" /></Form.Item>
          {phone ?? <PhoneField />}
        </div>
      </Section>
      <Section title="任期与权限">
        {elected && (
          <div className="z-columns">
            <Form.Item name="termYears" label="任期" extra={`一般为 ${USUAL_TERM[type] ?? 3} 年；村和社区为 5 年`}><Select allowClear options={[{ value: 3, label: '3 年' }, { value: 5, label: '5 年' }]} /></Form.Item>
            <Form.Item name="termStart" label="本届起始日期"><DateField notAfter={today()} notBefore={founded} /></Form.Item>
          </div>
        )}
        {committee && <Form.Item name="canApproveMembers" valuePropName="checked"><Checkbox>可以审批预备党员</Checkbox></Form.Item>}
        <Form.Item name="villageOrCommunity" valuePropName="checked"><Checkbox>村（社区）党组织</Checkbox></Form.Item>
      </Section>
    </>
  )
}

/** The contact's telephone: mobile or landline with area code. */
export function PhoneField({ extra }: { extra?: ReactNode }) {
  return (
    <Form.Item name="contactPhone" label="联系电话" extra={extra ?? '手机号，或带区号的固定电话'} validateTrigger="onBlur" rules={[
      required('请输入联系电话'),
      { validator: (_rule, value: string | undefined) => (!value || isPhone(value) ? Promise.resolve() : Promise.reject(new Error('请输入 11 位手机号，或如 0591-87654321 的固定电话'))) },
    ]}>
      <Input inputMode="tel" maxLength={24} autoComplete="off" />
    </Form.Item>
  )
}

function Division() {
  const { data } = useEntries()
  const code = (Form.useWatch('divisionCode') as string | undefined) ?? ''
  const province = data?.find((entry) => entry.kind === provinces && entry.code.slice(0, 2) === code.slice(0, 2))
  return (
    <Form.Item name="divisionCode" label="行政区划代码" extra={province ? province.label : '6 位数字，如 350102'} validateTrigger="onBlur"
      rules={[required('请输入行政区划代码'), { pattern: /^\d{6}$/, message: '行政区划代码为 6 位数字' }]}>
      <Input inputMode="numeric" maxLength={6} />
    </Form.Item>
  )
}
