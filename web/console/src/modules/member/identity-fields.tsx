import { idFacts, idFault } from '@zhibu/api'
import { Form, Input, Select } from 'antd'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { today } from '../../kit/words'
import { options, sexes, useEntries } from './dictionary'
import type { MemberValues } from './form-values'
import { fits, required, right } from './rules'
import { SensitiveField } from './sensitive-field'

/** Fills sex and day of birth from a right identity number. */
export const fillFromId = (number: string): Partial<MemberValues> => (idFault(number, today()) ? {} : idFacts(number))

/** A value that comes from the identity number; nobody types it. */
function Filled({ id, value, word }: { id?: string; value?: string; word?: (value: string) => string }) {
  return <Input id={id} readOnly variant="filled" placeholder="填写公民身份号码后自动填入" value={value ? word?.(value) ?? value : ''} />
}

/** 基本信息 */
export function IdentityFields({ idNumber }: { idNumber?: string | undefined }) {
  const { data: entries } = useEntries()
  const archived = Form.useWatch('archiveBirthDate') as string | null | undefined
  const sex = (code: string) => sexes(entries).find(({ value }) => value === code)?.label ?? code
  const agrees = (field: 'sex' | 'birthDate', words: string) => ({ getFieldValue }: { getFieldValue: (name: string) => unknown }) => ({
    validator: (_rule: unknown, value: string | undefined) => {
      const number = getFieldValue('idNumber') as string | undefined
      const facts = number ? fillFromId(number) : {}
      return value && facts[field] && facts[field] !== value ? Promise.reject(new Error(words)) : Promise.resolve()
    },
  })
  return (
    <Section title="基本信息">
      <div className="z-columns">
        <Form.Item name="name" label="姓名" extra="与身份证一致" rules={[required('请输入姓名'), { min: 2, max: 50, message: '姓名为 2 至 50 个字' }]}>
          <Input maxLength={50} autoComplete="off" />
        </Form.Item>
        <SensitiveField name="idNumber" label="公民身份号码" masked={idNumber} maxLength={24} extra="18 位，末位可为 X"
          rules={[required('请输入公民身份号码'), right((value) => idFault(value, today()))]} />
        <Form.Item name="sex" label="性别" dependencies={['idNumber']} rules={[{ required: true, message: '请先填写正确的公民身份号码' }, agrees('sex', '性别与公民身份号码不一致')]}>
          <Filled word={sex} />
        </Form.Item>
        <Form.Item name="birthDate" label="出生日期" dependencies={['idNumber']} rules={[{ required: true, message: '请先填写正确的公民身份号码' }, agrees('birthDate', '出生日期与公民身份号码不一致')]}>
          <Filled />
        </Form.Item>
        <Form.Item name="ethnicity" label="民族" rules={[{ required: true, message: '请选择民族' }]}>
          <Select placeholder="请选择，可输入查找" showSearch={{ optionFilterProp: 'label' }} options={options(entries, 'ethnicity')} />
        </Form.Item>
        <Form.Item name="nativePlace" label="籍贯"><Input maxLength={60} placeholder="如：福建省福州市鼓楼区" /></Form.Item>
        <Form.Item name="specialGroup" label="困难、退役等情况"><Select allowClear placeholder="没有可不选" options={options(entries, 'special_group')} /></Form.Item>
        <Form.Item name="archiveBirthDate" label="档案出生日期" extra="与身份证不一致时填写" rules={[fits('archiveBirthDate')]}><DateField notAfter={today()} /></Form.Item>
        {archived && (
          <Form.Item name="archiveBirthReason" label="出生日期不一致的原因" dependencies={['birthDate']} rules={[
            ({ getFieldValue }) => ({ required: archived !== getFieldValue('birthDate'), whitespace: true, message: '请填写不一致的原因' }),
          ]}>
            <Input maxLength={100} />
          </Form.Item>
        )}
      </div>
    </Section>
  )
}
