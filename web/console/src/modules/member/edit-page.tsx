import { MemberDocument, UpdateMemberDocument, type MemberFactsFragment, type UpdateMemberMutation } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useNavigate, useParams } from 'react-router'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { ErrorState, QueryBoundary } from '../../kit/states'
import { useNewest } from '../../kit/use-newest'
import { ask } from '../../net/ask'
import { RequestError } from '../../net/errors'
import { MemberFields } from './fields'
import { FIELD_WORDS, inputOf, valuesOf, type MemberValues } from './form-values'
import { useMemberForm, WITHHELD } from './use-member-form'

type Updated = UpdateMemberMutation['directory']['updateMember']

const load = async (id: string, signal?: AbortSignal): Promise<MemberFactsFragment> => (await ask(MemberDocument, { id }, signal)).directory.member

/** 编辑: changes a member's record; two people at once are told and lose nothing. */
export default function EditMemberPage() {
  const { id = '' } = useParams()
  const record = useQuery({ queryKey: ['members', 'edit', id], queryFn: ({ signal }) => load(id, signal), gcTime: 0, staleTime: Infinity })
  return (
    <Page title={record.data ? `编辑 ${record.data.name}` : '编辑党员'} menu="member.info" hint="带 * 的为必填项。">
      <QueryBoundary query={record}>
        {(member) => (member.editable
          ? <Edit key={id} member={member} />
          : <ErrorState error={new RequestError('DENIED', '该党员不在您可以编辑的范围内')} />)}
      </QueryBoundary>
    </Page>
  )
}

function Edit({ member }: { member: MemberFactsFragment }) {
  const { form, onValuesChange } = useMemberForm()
  const { base, remedy } = useNewest({ form, record: member, load: () => load(member.id), valuesOf, words: FIELD_WORDS })
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const back = link(`/member/info?member=${base.id}`)

  return (
    <FormPage<MemberValues, Updated>
      name="member" form={form} draft={`member-${base.id}`} basis={base.version} withheld={WITHHELD} initialValues={valuesOf(base)} submitText="确定"
      onValuesChange={onValuesChange}
      onCancel={() => void navigate(back)}
      send={async (values) => (await ask(UpdateMemberDocument, { id: base.id, version: base.version, input: inputOf(values) })).directory.updateMember}
      done={() => {
        void message.success('已保存')
        void queries.invalidateQueries({ queryKey: ['members'] })
        void navigate(back)
      }}
      remedy={remedy}
    >
      <MemberFields stored={base} />
    </FormPage>
  )
}
