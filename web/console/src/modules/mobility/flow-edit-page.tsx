import { EditFlowDocument, FlowFileDocument, type FlowInput, type FlowRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Form } from 'antd'
import { useNavigate, useParams } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { ErrorState, QueryBoundary } from '../../kit/states'
import { useNewest } from '../../kit/use-newest'
import { ask } from '../../net/ask'
import { RequestError } from '../../net/errors'
import { FlowFields, inputOf } from './flow-form-page'

const load = async (id: string, signal?: AbortSignal) => (await ask(FlowFileDocument, { id }, signal)).mobility.flow.flow

const valuesOf = ({ otherName, otherContact, direction, reason, startedOn, expectedOn, certificateNo, note }: FlowRowFragment): FlowInput =>
  ({ otherName, otherContact, direction, reason, startedOn, expectedOn, certificateNo, note })

const FIELDS: Partial<Record<keyof FlowInput, string>> = {
  direction: '流向', reason: '流动原因', startedOn: '流动日期', expectedOn: '预计返回日期', otherName: '对方党组织', otherContact: '对方联系人及电话', certificateNo: '活动证编号', note: '说明',
}

/** 编辑流动: corrects a record that goes on; two people at once are told and lose nothing. */
export default function FlowEditPage() {
  const { id = '' } = useParams()
  const record = useQuery({ queryKey: ['flow', 'edit', id], queryFn: ({ signal }) => load(id, signal), gcTime: 0, staleTime: Infinity })
  return (
    <Page title={record.data ? `编辑 ${record.data.name} 的流动` : '编辑流动'} menu="member.flow" hint="带 * 的为必填项。未提交的内容会保存在本机浏览器中。">
      <QueryBoundary query={record}>
        {(flow) => (flow.editable
          ? <Edit key={id} flow={flow} />
          : <ErrorState error={new RequestError('DENIED', flow.closedAt ? '该流动记录已办结，不能修改' : '该流动记录不在您可以编辑的范围内')} />)}
      </QueryBoundary>
    </Page>
  )
}

function Edit({ flow }: { flow: FlowRowFragment }) {
  const [form] = Form.useForm<FlowInput>()
  const { base, remedy } = useNewest({ form, record: flow, load: () => load(flow.id), valuesOf, words: FIELDS })
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const back = link(`/member/flow?flow=${base.id}${base.kind === 'IN' ? '&view=in' : ''}`)

  return (
    <FormPage<FlowInput, unknown>
      name="flow-edit" form={form} draft={`flow-${base.id}`} withheld="" basis={base.version} initialValues={valuesOf(base)} submitText="保存"
      onCancel={() => void navigate(back)}
      send={(values) => ask(EditFlowDocument, { id: base.id, version: base.version, input: inputOf(values) })}
      done={() => {
        for (const key of ['flow', 'flow-in', 'members']) void queries.invalidateQueries({ queryKey: [key] })
        void message.success('已保存')
        void navigate(back)
      }}
      remedy={remedy}
    >
      <Section title={`${base.name}（${base.branch.shortName}）`}><div className="z-columns"><FlowFields incoming={base.kind === 'IN'} /></div></Section>
    </FormPage>
  )
}
