import { UpdateMyAccountDocument, UpdateTenantDocument, isMasked } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { Suspense, lazy } from 'react'
import { SESSION, useSession } from '../../app/session'
import { Can } from '../../kit/permissions'
import { Section } from '../../kit/detail-drawer'
import { userNameRule } from '../../kit/form-rules'
import { FormProblem } from '../../kit/form-problem'
import { Page } from '../../kit/page'
import { Loading } from '../../kit/states'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { MobileChange } from './mobile-change'

const OneTime = lazy(() => import('./one-time'))

/** 账号信息: own names and mobile, and for those who may the name of the whole tenant. */
export default function AccountPage() {
  return (
    <Page title="账号信息" parents={[{ title: '首页', to: '/home' }]} hint="姓名、用户名和手机号用于登录与联系，请保持准确。">
      <Section title="基本信息"><Names /></Section>
      <Section title="手机号"><MobileChange /></Section>
      <Section title="动态口令"><Suspense fallback={<Loading />}><OneTime /></Suspense></Section>
      <Can perm="tenant.settings"><Section title="入驻组织名称"><TenantName /></Section></Can>
    </Page>
  )
}

function Names() {
  const session = useSession()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ displayName: string; userName: string }>()
  // Whoever signs in by mobile number alone may stay without a user name.
  const named = !isMasked(session.account.userName)
  const { submit, busy, problem } = useSubmit(form,
    async ({ displayName, userName }: { displayName: string; userName: string }) =>
      (await ask(UpdateMyAccountDocument, { input: { displayName: displayName.trim(), userName: userName.trim() || null } })).system.updateMyAccount,
    (account) => {
      queries.setQueryData(SESSION, { ...session, account })
      void message.success('账号信息已保存')
    })
  return (
    <Form name="account" form={form} layout="vertical" className="z-narrow" onFinish={(values) => void submit(values)}
      initialValues={{ displayName: session.account.displayName, userName: named ? session.account.userName : '' }}>
      <Form.Item name="displayName" label="姓名" rules={[{ required: true, whitespace: true, message: '请输入姓名' }, { max: 50, message: '姓名不超过 50 个字' }]}>
        <Input maxLength={50} autoComplete="name" />
      </Form.Item>
      <Form.Item name="userName" label="用户名" extra={named ? '修改后请使用新用户名登录' : '尚未设置；设置后也可用用户名登录'}
        rules={[{ required: named, whitespace: true, message: '请输入用户名' }, userNameRule]}>
        <Input maxLength={32} autoComplete="username" />
      </Form.Item>
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
    </Form>
  )
}

function TenantName() {
  const session = useSession()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ name: string }>()
  const { submit, busy, problem } = useSubmit(form,
    async ({ name }: { name: string }) => (await ask(UpdateTenantDocument, { input: { name: name.trim() } })).system.updateTenant,
    (tenant) => {
      queries.setQueryData(SESSION, { ...session, tenant })
      void message.success('入驻组织名称已保存')
    })
  return (
    <Form name="tenant" form={form} layout="vertical" className="z-narrow" initialValues={{ name: session.tenant.name }} onFinish={(values) => void submit(values)}>
      <Form.Item name="name" label="名称" extra="显示在页面顶部；党组织全称请在“组织信息”中修改"
        rules={[{ required: true, whitespace: true, message: '请输入名称' }, { min: 2, max: 100, message: '名称为 2 至 100 个字' }]}>
        <Input maxLength={100} />
      </Form.Item>
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
    </Form>
  )
}
