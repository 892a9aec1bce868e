import { OrganisationDocument, ParentChoiceDocument, UpdateOrganisationDocument, type OrganisationFieldsFragment, type OrgType } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { ErrorState, QueryBoundary } from '../../kit/states'
import { useNewest } from '../../kit/use-newest'
import { RequestError } from '../../net/errors'
import { ask } from '../../net/ask'
import { OrganisationFields, PhoneField } from './fields'
import { FIELD_WORDS, inputOf, valuesOf, type OrganisationValues } from './form-values'

const load = async (id: string, signal?: AbortSignal) => (await ask(OrganisationDocument, { id }, signal)).directory.organisation

/** 编辑: changes an organisation; two people at once are told and lose nothing. */
export default function EditOrganisationPage() {
  const { id = '' } = useParams()
  const record = useQuery({
    queryKey: ['organisations', 'edit', id],
    queryFn: async ({ signal }) => {
      const organisation = await load(id, signal)
      const parent = organisation.parent?.id
      const allowed = parent ? (await ask(ParentChoiceDocument, { id: parent }, signal)).directory.allowedTypes : []
      return { organisation, types: [...new Set([organisation.type, ...allowed])] }
    },
    gcTime: 0,
    staleTime: Infinity,
  })
  return (
    <Page title={record.data ? `编辑 ${record.data.organisation.shortName}` : '编辑组织'} menu="org.info">
      <QueryBoundary query={record}>
        {({ organisation, types }) => (organisation.editable
          ? <Edit key={id} organisation={organisation} types={types} />
          : <ErrorState error={new RequestError('DENIED', '该组织不在您可以编辑的范围内')} />)}
      </QueryBoundary>
    </Page>
  )
}

function Edit({ organisation, types }: { organisation: OrganisationFieldsFragment; types: OrgType[] }) {
  const [form] = Form.useForm<OrganisationValues>()
  const { base, remedy } = useNewest({ form, record: organisation, load: () => load(organisation.id), valuesOf, words: FIELD_WORDS })
  const [retype, setRetype] = useState(false)
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const back = link(`/org/info?organisation=${base.id}`)

  const kept = (
    <Form.Item label="联系电话">
      <span className="z-inline">{base.contactPhone}<Button type="link" size="small" onClick={() => setRetype(true)}>修改</Button></span>
    </Form.Item>
  )
  const typed = (
    <PhoneField extra={<span className="z-inline">原号码 {base.contactPhone}<Button type="link" size="small" onClick={() => {
      form.setFieldValue('contactPhone', undefined)
      setRetype(false)
    }}>不修改</Button></span>} />
  )
  return (
    <FormPage<OrganisationValues, OrganisationFieldsFragment>
      name="organisation" form={form} draft={`organisation-${base.id}`} basis={base.version} initialValues={valuesOf(base)} submitText="确定"
      onCancel={() => void navigate(back)}
      send={async (values) =>
        (await ask(UpdateOrganisationDocument, { id: base.id, version: base.version, input: inputOf(values, null) })).directory.updateOrganisation}
      done={() => {
        void message.success('已保存')
        void queries.invalidateQueries({ queryKey: ['organisations'] })
        void navigate(back)
      }}
      remedy={remedy}
    >
      <OrganisationFields types={types} phone={base.contactPhone === '' ? undefined : retype ? typed : kept} />
    </FormPage>
  )
}
