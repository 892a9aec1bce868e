import { ContributionDocument, EditContributionDocument, RecordContributionDocument, type ContributionRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { optionsFrom } from '../../kit/use-dictionary'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { MemberSelect, type Chosen } from '../notes/member-select'
import { KIND, useKinds } from './words'

interface Values { person?: Chosen; kind: string; servedOn: string; place?: string; hours?: number | null; body: string }

/** Records what a member did, or edits it. */
export default function ContributionFormPage() {
  const { id } = useParams()
  const found = useQuery({
    queryKey: ['contribution', 'form', id ?? 'new'],
    queryFn: async ({ signal }) => (id ? (await ask(ContributionDocument, { id }, signal)).contribution.contribution : null),
    gcTime: 0,
    staleTime: Infinity,
  })
  return (
    <Page title={id ? '编辑发挥作用情况' : '登记发挥作用情况'} menu="member.contribution" hint="带 * 的为必填项。未提交的内容会保存在本机浏览器中。">
      <QueryBoundary query={found}>{(one) => <ContributionForm key={id ?? 'new'} one={one} />}</QueryBoundary>
    </Page>
  )
}

const valuesOf = (one: ContributionRowFragment): Values => ({
  kind: one.kind, servedOn: one.servedOn, body: one.body,
  ...(one.place ? { place: one.place } : {}),
  ...(one.minutes === null ? {} : { hours: Number((one.minutes / 60).toFixed(2)) }),
})

function ContributionForm({ one }: { one: ContributionRowFragment | null }) {
  const [form] = Form.useForm<Values>()
  const [base, setBase] = useState(one)
  const { data: entries } = useKinds()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  /** After a conflict: the newest version becomes the base, what was typed stays. */
  const reload = async (clear: () => void) => {
    if (!base) return
    setBase((await ask(ContributionDocument, { id: base.id })).contribution.contribution)
    clear()
    modal.info({ title: '已载入最新版本', content: '您填写的内容都已保留，再次提交将以您的内容为准。' })
  }
  return (
    <FormPage<Values, ContributionRowFragment>
      name="contribution" form={form} draft={`contribution-${base?.id ?? 'new'}`} withheld="" basis={base?.version ?? null}
      initialValues={base ? valuesOf(base) : { servedOn: today() }} submitText="保存"
      onCancel={() => void navigate(link('/member/contribution'))}
      send={async ({ person, kind, servedOn, place, hours, body }) => {
        const input = { kind, servedOn, place: place ?? null, minutes: hours ? Math.round(hours * 60) : null, body }
        return base
          ? (await ask(EditContributionDocument, { id: base.id, version: base.version, input })).contribution.edit
          : (await ask(RecordContributionDocument, { person: person?.value ?? '', input })).contribution.record
      }}
      done={(saved) => {
        void queries.invalidateQueries({ queryKey: ['contribution'] })
        void message.success('已保存')
        void navigate(link(`/member/contribution?record=${saved.id}`))
      }}
      remedy={(problem, clear) => problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新版本并保留我填写的内容</Button>}
    >
      <Section title={base ? `${base.person.name}（${base.branch.shortName}）` : '基本信息'}>
        <div className="z-columns">
          {!base && (
            <Form.Item name="person" label="党员" rules={[{ required: true, message: '请选择党员' }]}>
              <MemberSelect placeholder="输入姓名查找" />
            </Form.Item>
          )}
          <Form.Item name="kind" label="类型" rules={[{ required: true, message: '请选择类型' }]}><Select placeholder="请选择" options={optionsFrom(entries, KIND)} /></Form.Item>
          <Form.Item name="servedOn" label="日期" rules={[{ required: true, message: '请选择日期' }]}><DateField notAfter={today()} /></Form.Item>
          <Form.Item name="place" label="地点"><Input maxLength={60} autoComplete="off" /></Form.Item>
          <Form.Item name="hours" label="时长" extra="按小时填写，例如 2.5"><InputNumber min={0.25} max={1000} step={0.5} precision={2} suffix="小时" className="z-block" /></Form.Item>
        </div>
        <Form.Item name="body" label="内容" extra="做了什么、成效如何；证明材料在保存后上传" rules={[
          { required: true, whitespace: true, message: '请填写内容' }, { min: 2, message: '内容至少 2 个字' },
        ]}>
          <Input.TextArea autoSize={{ minRows: 4, maxRows: 16 }} maxLength={2000} showCount />
        </Form.Item>
      </Section>
    </FormPage>
  )
}
