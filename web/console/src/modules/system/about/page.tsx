import { AboutDocument, EditAboutDocument, type AboutFieldsFragment, type AboutInput } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Form, Input } from 'antd'
import { FormPage } from '../../../kit/form-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { useNewest } from '../../../kit/use-newest'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

const WORDS = { phone: '客服电话', mail: '电子邮箱', address: '联系地址', hours: '服务时间', text: '平台介绍' }
const load = async (signal?: AbortSignal) => (await ask(AboutDocument, {}, signal)).system.aboutRecord
const valuesOf = ({ phone, mail, address, hours, text }: AboutFieldsFragment): AboutInput => ({ phone, mail, address, hours, text })

/** 关于我们: how tenants' people reach the operator. */
export default function AboutPage() {
  const found = useQuery({ queryKey: ['about'], queryFn: ({ signal }) => load(signal), gcTime: 0, staleTime: Infinity })
  return (
    <Page title="关于我们" menu="plat.about" hint="显示在小程序“关于我们”中，未登录也能看到。没有填写的项目不显示。">
      <QueryBoundary query={found}>{(about) => <Edit key={about.version} about={about} />}</QueryBoundary>
    </Page>
  )
}

function Edit({ about }: { about: AboutFieldsFragment }) {
  const may = usePermission('plat.about.edit')
  const [form] = Form.useForm<AboutInput>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { base, remedy } = useNewest({ form, record: about, load, valuesOf, words: WORDS })
  if (!may) {
    return <dl className="z-facts">{(Object.keys(WORDS) as (keyof typeof WORDS)[]).map((key) => <div key={key}><dt>{WORDS[key]}</dt><dd>{about[key] || '—'}</dd></div>)}</dl>
  }
  return (
    <FormPage<AboutInput, AboutFieldsFragment>
      name="about" form={form} draft="about" withheld="" basis={base.version} initialValues={valuesOf(base)} submitText="保存" cancelText="还原"
      onCancel={() => form.setFieldsValue(valuesOf(base))}
      send={async (values) => (await ask(EditAboutDocument, { version: base.version, input: valuesOf({ ...base, ...values }) })).system.editAbout}
      done={(saved) => {
        void message.success('已保存')
        queries.setQueryData(['about'], saved)
      }}
      remedy={remedy}
    >
      <Form.Item name="phone" label={WORDS.phone}><Input maxLength={20} placeholder="025-12345678" /></Form.Item>
      <Form.Item name="mail" label={WORDS.mail}><Input maxLength={100} /></Form.Item>
      <Form.Item name="address" label={WORDS.address}><Input maxLength={100} /></Form.Item>
      <Form.Item name="hours" label={WORDS.hours}><Input maxLength={60} placeholder="工作日 9:00–18:00" /></Form.Item>
      <Form.Item name="text" label={WORDS.text}><Input.TextArea rows={6} maxLength={2000} showCount /></Form.Item>
      {base.changedAt && <p>{base.changedBy} 于 {instant(base.changedAt)} 修改</p>}
    </FormPage>
  )
}
