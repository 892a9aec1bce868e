import { SecurityDocument, SetSecurityDocument, type ChoiceFieldsFragment, type SecurityFieldsFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input } from 'antd'
import { Link } from 'react-router'
import { useSees } from '../../../app/menu-gate'
import { Section } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { Page, useLink } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import { bounds, linesOf, numberOf, usualWords } from './words'

const SECURITY = ['security']

interface Numbers { forgivenPasswords?: string; sessionDays?: string; sessionsEach?: string }
interface Values extends Numbers { randomPasswords: boolean; networks: string }

const FIELDS: { name: keyof Numbers; label: string; unit: string; any?: string; help: string }[] = [
  { name: 'forgivenPasswords', label: '允许连续输错密码的次数', unit: '次', help: '再错一次，账号锁定。' },
  { name: 'sessionDays', label: '登录有效期', unit: '天', help: '这么多天没有使用，须重新登录。改短后立即生效。' },
  { name: 'sessionsEach', label: '每人同时登录的设备数', unit: '台', any: '不限', help: '超出时，最早登录的设备退出。下次登录时生效。' },
]

/** 安全设置: what the tenant decides about signing in, and who has not replaced the initial password. */
export default function SecurityPage() {
  const query = useQuery({ queryKey: SECURITY, queryFn: async ({ signal }) => (await ask(SecurityDocument, {}, signal)).system.security, staleTime: 0 })
  return (
    <Page title="安全设置" menu="system.security" hint="对本单位所有人生效。">
      <QueryBoundary query={query}>
        {(settings) => <><Settings settings={settings} /><InitialPasswords count={settings.initialPasswords} /></>}
      </QueryBoundary>
    </Page>
  )
}

function Settings({ settings }: { settings: SecurityFieldsFragment }) {
  const may = usePermission('tenant.settings')
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const { submit, busy, problem } = useSubmit(form,
    async (values: Values) => (await ask(SetSecurityDocument, {
      input: { forgivenPasswords: numberOf(values.forgivenPasswords), sessionDays: numberOf(values.sessionDays), sessionsEach: numberOf(values.sessionsEach),
        randomPasswords: values.randomPasswords, networks: linesOf(values.networks) },
    })).system.setSecurity,
    (saved) => {
      queries.setQueryData(SECURITY, saved)
      void message.success('安全设置已保存')
    })
  const chosen = (name: keyof Numbers): ChoiceFieldsFragment => settings[name]
  return (
    <Section title="登录">
      <Form<Values> name="security" form={form} layout="vertical" className="z-narrow" disabled={!may} onFinish={(values) => void submit(values)}
        initialValues={{
          ...Object.fromEntries(FIELDS.map(({ name }) => [name, chosen(name).chosen?.toString() ?? ''])),
          randomPasswords: settings.randomPasswords, networks: settings.networks.join('\n'),
        }}>
        {FIELDS.map(({ name, label, unit, any, help }) => (
          <Form.Item key={name} name={name} label={label} rules={[bounds(label, chosen(name))]}
            extra={`${help}可填 ${chosen(name).least}～${chosen(name).most}，不填为${usualWords(chosen(name), unit, any)}。`}>
            <Input inputMode="numeric" maxLength={4} allowClear placeholder={usualWords(chosen(name), unit, any)} suffix={unit} />
          </Form.Item>
        ))}
        <Form.Item name="randomPasswords" valuePropName="checked" label="初始密码"
          extra="新建账号和重置密码时生成随机密码，只显示一次；导入和新增的党员没有初始密码，用短信验证码登录。启用后，尚未修改的初始密码立即失效。">
          <Checkbox>使用随机初始密码，不用人人知道的 ABC#123</Checkbox>
        </Form.Item>
        <Form.Item name="networks" label="允许登录的网络" extra={`每行一个地址或网段，如 203.0.113.7 或 203.0.113.0/24；不填为任何网络。您现在的地址是 ${settings.ownAddress}。`}>
          <Input.TextArea rows={3} maxLength={2000} placeholder="任何网络" />
        </Form.Item>
        <FormProblem problem={problem} />
        {may && <Button type="primary" htmlType="submit" loading={busy}>保存</Button>}
      </Form>
    </Section>
  )
}

/** 还未修改初始密码: how many, and the way to their list. */
function InitialPasswords({ count }: { count: number }) {
  const link = useLink()
  const sees = useSees()
  return (
    <Section title="还未修改初始密码">
      <p>{count > 0 ? <>有 <b>{count}</b> 名用户还在使用初始密码。请提醒他们尽快登录并修改。</> : '所有用户都已修改初始密码。'}</p>
      {count > 0 && sees('system.users') && <Link to={link('/system/users?state=MUST_CHANGE')}>查看这些用户</Link>}
    </Section>
  )
}
