import { OrganisationDocument, ParentChoiceDocument, UpdateOrganisationDocument, type OrganisationFieldsFragment, type OrgType } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { FormPage } from '../../kit/form-page'
import { mergedWords } from '../../kit/merge-newest'
import { Page, useLink } from '../../kit/page'
import { ErrorState, QueryBoundary } from '../../kit/states'
import { errorSentence, RequestError } from '../../net/errors'
import { ask } from '../../net/ask'
import { OrganisationFields, PhoneField } from './fields'
import { inputOf, mergeNewest, valuesOf, type OrganisationValues } from './form-values'

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
  const [base, setBase] = useState(organisation)
  const [retype, setRetype] = useState(false)
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  const back = link(`/org/info?organisation=${base.id}`)

  /** After a conflict: takes the newest record as base and keeps what was typed here. */
  const reload = async (clear: () => void) => {
    try {
      const newest = await load(base.id)
      const { take, both } = mergeNewest(valuesOf(base), valuesOf(newest), form.getFieldsValue(true) as OrganisationValues)
      form.setFieldsValue(take)
      setBase(newest)
      clear()
      modal.info({
        title: '已载入最新内容',
        content: mergedWords(both),
      })
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    }
  }
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
      remedy={(problem, clear) => problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新内容并保留我填写的</Button>}
    >
      <OrganisationFields types={types} phone={base.contactPhone === '' ? undefined : retype ? typed : kept} />
    </FormPage>
  )
}
