import {
  OrganisationDocument, PreviewOrganisationCommandDocument, RequestOrganisationCommandDocument,
  type CommandFindingsFragment, type OrganisationCommandInput, type OrganisationCommandKind, type OrganisationFieldsFragment,
} from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useSession } from '../../app/session'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { ReceiverSelect, SplitFields } from './command-fields'
import { Findings } from './findings'

type Values = Omit<OrganisationCommandInput, 'organisation'>

const KINDS: { value: OrganisationCommandKind; label: string; hint: string; perm: string }[] = [
  { value: 'MIGRATE', label: '迁移', hint: '连同下级组织改隶新的上级；党员、班子不变', perm: 'org.tree_edit' },
  { value: 'MERGE', label: '合并', hint: '党员、下级组织和未办结事项并入另一个组织', perm: 'org.merge_dissolve' },
  { value: 'SPLIT', label: '分立', hint: '选择部分党员，另设一个同级同类的党支部', perm: 'org.merge_dissolve' },
  { value: 'DISSOLVE', label: '撤销', hint: '党员和下级都已转出后终止，记录保留', perm: 'org.merge_dissolve' },
  { value: 'DELETE', label: '删除', hint: '只用于从未有过党员、下级和业务的组织', perm: 'org.tree_edit' },
]

/** 组织变更: what is to be done with an organisation, what follows from it, and only then the order. */
export default function CommandPage() {
  const { id = '' } = useParams()
  const organisation = useQuery({
    queryKey: ['organisations', 'one', id],
    queryFn: async ({ signal }) => (await ask(OrganisationDocument, { id }, signal)).directory.organisation,
  })
  return (
    <Page title="组织变更" menu="org.info" hint={organisation.data && `${organisation.data.shortName}：填写后先查看影响，确认无误再提交。`}>
      <QueryBoundary query={organisation}>{(one) => <Command one={one} />}</QueryBoundary>
    </Page>
  )
}

function Command({ one }: { one: OrganisationFieldsFragment }) {
  const [form] = Form.useForm<Values>()
  const kind = Form.useWatch('kind', form)
  const { permissions } = useSession()
  const [preview, setPreview] = useState<CommandFindingsFragment | null>(null)
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const kinds = KINDS.filter(({ perm }) => permissions.includes(perm))
  const inputOf = (values: Values): OrganisationCommandInput => ({ ...values, organisation: one.id })
  return (
    <FormPage<Values, string | null>
      name="command" form={form} initialValues={{ kind: kinds[0]?.value ?? 'MIGRATE', effectiveOn: today() }}
      submitText={preview && preview.blockers.length === 0 ? '确认提交' : '查看影响'}
      onValuesChange={() => setPreview(null)}
      onCancel={() => void navigate(link(`/org/info?organisation=${one.id}`))}
      send={async (values) => {
        const input = inputOf(values)
        if (!preview || preview.blockers.length > 0) {
          setPreview((await ask(PreviewOrganisationCommandDocument, { input })).directory.previewOrganisationCommand)
          return null
        }
        return (await ask(RequestOrganisationCommandDocument, { input })).directory.requestOrganisationCommand.state
      }}
      done={(state) => {
        if (state === null) return
        void queries.invalidateQueries()
        void message.success(state === 'DONE' ? '已完成组织变更' : state === 'WAITING' ? '已提交，等待接收组织确认' : '已提交，将在生效日期办理')
        void navigate(link('/org/info/changes'))
      }}
    >
      <Section title="变更内容">
        <Form.Item name="kind" label="变更类型">
          <Radio.Group vertical>
            {kinds.map(({ value, label, hint }) => <Radio key={value} value={value}><b>{label}</b> <span className="z-muted">{hint}</span></Radio>)}
          </Radio.Group>
        </Form.Item>
        <div className="z-columns">
          {(kind === 'MIGRATE' || kind === 'MERGE') && (
            <Form.Item name="into" label={kind === 'MIGRATE' ? '新的上级组织' : '接收组织'} rules={[{ required: true, message: '请选择组织' }]}>
              <ReceiverSelect not={one.id} />
            </Form.Item>
          )}
          {kind === 'SPLIT' && <SplitFields branch={one.id} />}
          <Form.Item name="effectiveOn" label="生效日期" extra="今天提交立即生效；以后的日期到时自动办理" rules={[{ required: true, message: '请选择生效日期' }]}>
            <DateField notBefore={today()} />
          </Form.Item>
          <Form.Item name="approvalNo" label="批准文号" rules={[{ required: kind === 'MERGE' || kind === 'SPLIT' || kind === 'DISSOLVE', whitespace: true, message: '请填写上级党组织的批准文号' }]}>
            <Input maxLength={60} autoComplete="off" />
          </Form.Item>
          <Form.Item name="reason" label="变更原因" rules={[{ required: true, whitespace: true, message: '请填写变更原因' }, { min: 2, message: '变更原因至少两个字' }]}>
            <Input.TextArea rows={2} maxLength={200} showCount />
          </Form.Item>
        </div>
      </Section>
      {preview && (
        <Section title="影响" extra={<Button size="small" onClick={() => setPreview(null)}>重新填写</Button>}>
          <Findings preview={preview} />
        </Section>
      )}
    </FormPage>
  )
}
