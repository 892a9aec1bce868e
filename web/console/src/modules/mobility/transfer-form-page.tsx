import { ReadReceivingCodeDocument, StartInternalDocument, StartOutboundDocument } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Input, Radio } from 'antd'
import { useNavigate } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { useSettled } from '../../kit/use-settled'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import { BranchSelect, MemberSelect, TransferWords, type Chosen } from './fields'

interface Words { person: Chosen; reason: string; duesPaidTo?: string; note?: string }
interface Internal extends Words { to: Chosen }
interface Outbound extends Words { way: 'paper' | 'electronic'; toName?: string; receiver?: string }

const person = <Form.Item name="person" label="调动的党员" rules={[{ required: true, message: '请选择党员' }]}><MemberSelect /></Form.Item>
const words = ({ reason, duesPaidTo, note }: Words) => ({ reason, duesPaidTo: duesPaidTo?.trim() || null, note: note?.trim() || null })

function useStarted() {
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return {
    back: () => void navigate(link('/member/transfer')),
    done: ({ id, name }: { id: string; name: string }) => {
      void queries.invalidateQueries({ queryKey: ['transfer'] })
      void queries.invalidateQueries({ queryKey: ['members'] })
      void message.success(`已发起“${name}”的调动`)
      void navigate(link(`/member/transfer/${id}`))
    },
  }
}

/** 系统内调动 */
export function InternalPage() {
  const [form] = Form.useForm<Internal>()
  const { back, done } = useStarted()
  return (
    <Page title="系统内调动" menu="member.transfer" hint="同一党委的，由接收党支部的管理员接收；不同党委的，先后由转出党委、接收党委、接收党支部审核。">
      <FormPage<Internal, { id: string; name: string }>
        name="internal" form={form} draft="transfer-internal" withheld="" submitText="提交" initialValues={{}} onCancel={back} done={done}
        send={async (values) => (await ask(StartInternalDocument, { input: { person: values.person.value, to: values.to.value, ...words(values) } })).mobility.startInternal.transfer}
      >
        <Section title="调动信息">
          <div className="z-columns">
            {person}
            <Form.Item name="to" label="接收党支部" rules={[{ required: true, message: '请选择接收党支部' }]}><BranchSelect /></Form.Item>
            <TransferWords />
          </div>
        </Section>
      </FormPage>
    </Page>
  )
}

/** 调出系统外: with a letter on paper, or a sealed one for the receiver's code. */
export function OutboundPage() {
  const [form] = Form.useForm<Outbound>()
  const way = Form.useWatch('way', form)
  const { back, done } = useStarted()
  return (
    <Page title="调出系统外" menu="member.transfer" hint="转出党委审核后开具介绍信；收到回执前，该党员仍由本组织管理。">
      <FormPage<Outbound, { id: string; name: string }>
        name="outbound" form={form} draft="transfer-outbound" withheld="" submitText="提交" initialValues={{ way: 'paper' }} onCancel={back} done={done}
        send={async (values) => (await ask(StartOutboundDocument, {
          input: {
            person: values.person.value, toName: values.way === 'paper' ? values.toName ?? null : null,
            receiver: values.way === 'electronic' ? values.receiver ?? null : null, ...words(values),
          },
        })).mobility.startOutbound.transfer}
      >
        <Section title="调动信息">
          <div className="z-columns">
            {person}
            <Form.Item name="way" label="介绍信">
              <Radio.Group options={[{ value: 'paper', label: '纸质介绍信' }, { value: 'electronic', label: '电子介绍信（对方也使用本系统）' }]} />
            </Form.Item>
            {way === 'electronic'
              ? <Receiver />
              : <Form.Item name="toName" label="接收党组织" rules={[{ required: true, whitespace: true, message: '请输入接收党组织' }]}><Input maxLength={100} placeholder="对方党组织全称" /></Form.Item>}
            <TransferWords />
          </div>
        </Section>
      </FormPage>
    </Page>
  )
}

/** The receiver's code, with whom it is for. */
export function Receiver({ required = true }: { required?: boolean }) {
  const form = Form.useFormInstance()
  const text = useSettled((Form.useWatch('receiver', form) as string | undefined) ?? '')
  const code = useQuery({
    queryKey: ['transfer', 'code', text],
    queryFn: async ({ signal }) => (await ask(ReadReceivingCodeDocument, { text }, signal)).mobility.readReceivingCode,
    enabled: text.trim() !== '',
    retry: false,
  })
  return (
    <div>
      <Form.Item name="receiver" label="接收码" extra="请对方在“党员调动—接收码”中出具，复制后粘贴到这里" rules={required ? [{ required: true, whitespace: true, message: '请粘贴接收码' }] : []}>
        <Input.TextArea rows={4} autoComplete="off" />
      </Form.Item>
      {code.data && (
        <Alert className="z-gap-bottom" type="info" showIcon title={`接收方：${code.data.organisationName}（${code.data.tenantName}），有效期至 ${day(code.data.expiresOn)}`}
          description={code.data.here ? '介绍信开具后会自动送达对方，回执也会自动送回。' : `对方使用另一套系统（${code.data.address || '地址未说明'}，核对码 ${code.data.fingerprint}）；介绍信和回执需要双方传递。`} />
      )}
      {code.isError && <Alert className="z-gap-bottom" type="error" showIcon title={errorSentence(code.error)} />}
    </div>
  )
}
