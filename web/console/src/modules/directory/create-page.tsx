import { CreateOrganisationDocument, ParentChoiceDocument, USUAL_TERM, type OrganisationFieldsFragment, type ParentChoiceQuery } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { OrganisationFields } from './fields'
import { inputOf, type OrganisationValues } from './form-values'

/** 新增下级: a new organisation under the chosen one. */
export default function CreateOrganisationPage() {
  const [params] = useSearchParams()
  const link = useLink()
  const parent = params.get('parent')
  const choice = useQuery({
    queryKey: ['organisations', 'parent', parent],
    queryFn: async ({ signal }) => (await ask(ParentChoiceDocument, { id: parent ?? '' }, signal)).directory,
    enabled: Boolean(parent),
  })
  const above = choice.data && [...choice.data.organisation.path, choice.data.organisation].map((step) => step.shortName).join(' / ')
  return (
    <Page title="新增下级组织" menu="org.info" hint={above && `新组织的上级：${above}`}>
      {parent
        ? <QueryBoundary query={choice}>{(data) => <Create key={parent} choice={data} />}</QueryBoundary>
        : <EmptyState text="请先在组织信息中选择上级组织" action={<Link to={link('/org/info')}><Button type="primary" tabIndex={-1}>去选择上级组织</Button></Link>} />}
    </Page>
  )
}

function Create({ choice }: { choice: ParentChoiceQuery['directory'] }) {
  const { organisation: parent, allowedTypes } = choice
  const [form] = Form.useForm<OrganisationValues>()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  if (allowedTypes.length === 0) return <div className="z-card"><EmptyState text={`“${parent.shortName}”下不能再建立下级组织`} /></div>
  const only = allowedTypes.length === 1 ? allowedTypes[0] : undefined
  return (
    <FormPage<OrganisationValues, OrganisationFieldsFragment>
      name="organisation" form={form} draft={`organisation-new-${parent.id}`} submitText="确定"
      initialValues={{ unitRelation: 'SAME_AS_PARENT', divisionCode: parent.divisionCode, ...(only ? { type: only, termYears: USUAL_TERM[only] ?? null } : {}) }}
      onValuesChange={(changed) => {
        if (changed.type) form.setFieldValue('termYears', USUAL_TERM[changed.type] ?? null)
      }}
      onCancel={() => void navigate(link(`/org/info?node=${parent.id}`))}
      send={async (values) => (await ask(CreateOrganisationDocument, { input: inputOf(values, parent.id) })).directory.createOrganisation}
      done={(created) => {
        void message.success(`已新增“${created.shortName}”，请为它设置管理员`)
        void queries.invalidateQueries({ queryKey: ['organisations'] })
        void navigate(link(`/org/info?node=${parent.id}&organisation=${created.id}`))
      }}
    >
      <OrganisationFields types={allowedTypes} />
    </FormPage>
  )
}
