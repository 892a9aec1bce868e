import type { SignInOutcomeFragment } from '@zhibu/api'
import { App, Button } from 'antd'
import { useState } from 'react'
import { errorSentence } from '../../net/errors'

type Tenants = Extract<SignInOutcomeFragment, { __typename: 'TenantChoice' }>['tenants']

/** Which of the person's organisations to enter. */
export function TenantList({ tenants, choose, onBack }: { tenants: Tenants; choose: (id: string) => Promise<void>; onBack: () => void }) {
  const { message } = App.useApp()
  const [busy, setBusy] = useState<string | null>(null)
  const enter = async (id: string) => {
    setBusy(id)
    try {
      await choose(id)
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    } finally {
      setBusy(null)
    }
  }
  return (
    <div>
      <p>该手机号在以下组织中使用，请选择要进入的组织：</p>
      <ul className="z-choices">
        {tenants.map((tenant) => (
          <li key={tenant.id}>
            <Button block size="large" loading={busy === tenant.id} disabled={busy !== null && busy !== tenant.id} onClick={() => void enter(tenant.id)}>
              {tenant.name}{tenant.demo ? '（演示）' : ''}
            </Button>
          </li>
        ))}
      </ul>
      <Button type="link" onClick={onBack}>返回登录</Button>
    </div>
  )
}
