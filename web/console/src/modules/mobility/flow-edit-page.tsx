import { EditFlowDocument, FlowFileDocument, type FlowInput, type FlowRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { mergedWords, mergeNewest } from '../../kit/merge-newest'
import { Page, useLink } from '../../kit/page'
import { ErrorState, QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { errorSentence, RequestError } from '../../net/errors'
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
  const [base, setBase] = useState(flow)
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  const back = link(`/member/flow?flow=${base.id}${base.kind === 'IN' ? '&view=in' : ''}`)

  /** After a conflict: takes the newest record as base and keeps what was typed here. */
  const reload = async (clear: () => void) => {
    try {
      const newest = await load(base.id)
      const { take, both } = mergeNewest(FIELDS, valuesOf(base), valuesOf(newest), form.getFieldsValue(true) as FlowInput)
      form.setFieldsValue(take)
      setBase(newest)
      clear()
      modal.info({ title: '已载入最新内容', content: mergedWords(both) })
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    }
  }
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
      remedy={(problem, clear) => problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新内容并保留我填写的</Button>}
    >
      <Section title={`${base.name}（${base.branch.shortName}）`}><div className="z-columns"><FlowFields incoming={base.kind === 'IN'} /></div></Section>
    </FormPage>
  )
}
