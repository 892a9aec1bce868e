import { MemberDocument, UpdateMemberDocument, type MemberFactsFragment, type UpdateMemberMutation } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { FormPage } from '../../kit/form-page'
import { mergedWords, mergeNewest } from '../../kit/merge-newest'
import { Page, useLink } from '../../kit/page'
import { ErrorState, QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { errorSentence, RequestError } from '../../net/errors'
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
  const [base, setBase] = useState(member)
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  const back = link(`/member/info?member=${base.id}`)

  /** After a conflict: takes the newest record as base and keeps what was typed here. */
  const reload = async (clear: () => void) => {
    try {
      const newest = await load(base.id)
      const { take, both } = mergeNewest(FIELD_WORDS, valuesOf(base), valuesOf(newest), form.getFieldsValue(true) as MemberValues)
      form.setFieldsValue(take)
      setBase(newest)
      clear()
      modal.info({ title: '已载入最新内容', content: mergedWords(both) })
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    }
  }
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
      remedy={(problem, clear) => problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新内容并保留我填写的</Button>}
    >
      <MemberFields stored={base} />
    </FormPage>
  )
}
