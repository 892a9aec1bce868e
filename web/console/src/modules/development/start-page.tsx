import { idFault, isMobile, OrganisationNameDocument, StartDevelopmentDocument, type ApplicantInput, type OrgType } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Form, Input, Select } from 'antd'
import { useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { OrgPicker } from '../../kit/org-picker'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { optionsFrom, useEntries } from '../../kit/use-dictionary'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'

const KINDS = ['ethnicity', 'education_level', 'work_post'] as const
const BRANCHES: readonly OrgType[] = ['BRANCH', 'JOINT_BRANCH', 'PROVISIONAL_BRANCH', 'MOBILE_BRANCH']
const right = (fault: (value: string) => string | null) => ({
  validator: (_rule: unknown, value: string | undefined) => {
    const words = value ? fault(value.trim()) : null
    return words ? Promise.reject(new Error(words)) : Promise.resolve()
  },
})
const found = { optionFilterProp: 'label' }

/** 新建发展档案: who applies, and where. The branch is filled in when the chosen range, or the own one, is a branch. */
export default function StartPage() {
  const { org } = useScope()
  const { roots } = useSession()
  const range = org ?? (roots.length === 1 ? roots[0]?.id : undefined) ?? null
  const branch = useQuery({
    queryKey: ['development', 'branch', range],
    queryFn: async ({ signal }) => {
      if (!range) return null
      const { id, type } = (await ask(OrganisationNameDocument, { id: range }, signal)).directory.organisation
      return BRANCHES.includes(type) ? id : null
    },
  })
  return (
    <Page title="新建发展档案" menu="member.development" hint="保存后登记第 1 步“递交入党申请书”。带 * 的为必填项。">
      <QueryBoundary query={branch}>{(known) => <Start key={known} branch={known} />}</QueryBoundary>
    </Page>
  )
}

function Start({ branch }: { branch: string | null }) {
  const [form] = Form.useForm<ApplicantInput>()
  const entries = useEntries(KINDS)
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (
      <FormPage<ApplicantInput, { id: string; name: string }>
        name="applicant" form={form} draft="development-new" withheld="公民身份号码、手机号" submitText="保存" initialValues={branch ? { branch } : {}}
        onCancel={() => void navigate(link('/member/development'))}
        send={async (input) => (await ask(StartDevelopmentDocument, { input })).development.start.case}
        done={({ id, name }) => {
          void queries.invalidateQueries({ queryKey: ['development'] })
          void message.success(`已新建“${name}”的发展档案`)
          void navigate(link(`/member/development/${id}`))
        }}
      >
        <Section title="申请人">
          <div className="z-columns">
            <Form.Item name="branch" label="所在党支部" extra="向哪个党支部提出入党申请" rules={[{ required: true, message: '请选择党支部' }]}>
              <OrgPicker label="所在党支部" kinds={BRANCHES} placeholder="请选择党支部" />
            </Form.Item>
            <Form.Item name="name" label="姓名" extra="与身份证一致" rules={[{ required: true, whitespace: true, message: '请输入姓名' }, { min: 2, max: 50, message: '姓名为 2 至 50 个字' }]}>
              <Input maxLength={50} autoComplete="off" />
            </Form.Item>
            <Form.Item name="idNumber" label="公民身份号码" extra="性别和出生日期由此得出；申请时须年满 18 周岁" rules={[{ required: true, whitespace: true, message: '请输入公民身份号码' }, right((value) => idFault(value, today()))]}>
              <Input maxLength={24} autoComplete="off" />
            </Form.Item>
            <Form.Item name="mobile" label="手机号" extra="成为预备党员后用此号码登录" rules={[{ required: true, whitespace: true, message: '请输入手机号' }, right((value) => (isMobile(value) ? null : '请输入 11 位手机号'))]}>
              <Input maxLength={17} inputMode="numeric" autoComplete="off" />
            </Form.Item>
            <Form.Item name="ethnicity" label="民族" rules={[{ required: true, message: '请选择民族' }]}>
              <Select placeholder="请选择，可输入查找" showSearch={found} options={optionsFrom(entries.data, 'ethnicity')} />
            </Form.Item>
            <Form.Item name="educationLevel" label="学历" rules={[{ required: true, message: '请选择学历' }]}>
              <Select placeholder="请选择，可输入查找" showSearch={found} options={optionsFrom(entries.data, 'education_level')} />
            </Form.Item>
            <Form.Item name="workPost" label="工作岗位" rules={[{ required: true, message: '请选择工作岗位' }]}>
              <Select placeholder="请选择，可输入查找" showSearch={found} options={optionsFrom(entries.data, 'work_post')} />
            </Form.Item>
            <Form.Item name="employer" label="工作单位及职务"><Input maxLength={100} /></Form.Item>
          </div>
        </Section>
      </FormPage>
  )
}
