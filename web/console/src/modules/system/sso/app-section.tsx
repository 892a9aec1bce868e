import { StopSsoDocument, type SsoAppFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Progress } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useNavigate } from 'react-router'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { Section } from '../../../kit/detail-drawer'
import { useLink } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { StatusTag } from '../../../kit/status-tag'
import { instant, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { ssoStatuses } from './statuses'

const SecretDrawer = lazy(async () => ({ default: (await import('./secret-drawer')).SecretDrawer }))
const RulesForm = lazy(async () => ({ default: (await import('./rules-form')).RulesForm }))
const IssuerForm = lazy(async () => ({ default: (await import('./issuer-form')).IssuerForm }))
const UsesDrawer = lazy(async () => ({ default: (await import('./uses-drawer')).UsesDrawer }))

type Open = 'secret' | 'rules' | 'issuer' | 'uses' | null

/** One application: where it stands, what is left, and what can be done with it. */
export function AppSection({ app }: { app: SsoAppFragment }) {
  const may = usePermission('system.sso.manage')
  const link = useLink()
  const navigate = useNavigate()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const approved = app.status === 'APPROVED'
  const stop = useStop(app)
  return (
    <Section title={app.name} extra={<StatusTag dict={ssoStatuses} value={app.status} />}>
      <dl className="z-facts">
        <div><dt>应用标识</dt><dd className="z-code">{app.appKey}</dd></div>
        <div><dt>平台网址</dt><dd>{app.homeUrl}</dd></div>
        <div><dt>申请</dt><dd>{instant(app.appliedAt)} · {app.appliedBy}</dd></div>
        {app.reason && <div><dt>原因</dt><dd>{app.reason}</dd></div>}
        {approved && (
          <>
            <div>
              <dt>剩余次数</dt>
              <dd>
                {app.quotaLeft} 次
                <Progress size="small" aria-label="剩余次数" percent={app.quotaPack > 0 ? Math.min(100, Math.floor((app.quotaLeft * 100) / app.quotaPack)) : 0}
                  status={app.quotaLeft * 5 <= app.quotaPack ? 'exception' : 'normal'} format={() => ''} />
              </dd>
            </div>
            <div><dt>密钥</dt><dd>{app.hasSecret ? '已获取' : '尚未获取'}</dd></div>
            <div><dt>允许进入的页面</dt><dd>{app.targets.join('、')}</dd></div>
            <div><dt>IP 白名单</dt><dd>{orDash(app.addresses.join('、')) === '—' ? '不限' : app.addresses.join('、')}</dd></div>
            <div><dt>管理员</dt><dd>{app.admitAdministrators ? '可以免密登录' : '不能免密登录'}</dd></div>
          </>
        )}
      </dl>
      {approved && (
        <div className="z-actions z-actions--start">
          {may && <Button type={app.hasSecret ? 'default' : 'primary'} onClick={() => setOpen('secret')}>{app.hasSecret ? '更换密钥' : '获取密钥'}</Button>}
          <Button onClick={() => void navigate(link(`/system/sso/${app.id}/guide`))}>接入文档</Button>
          <Button onClick={() => setOpen('uses')}>使用记录</Button>
          {may && <Button onClick={() => setOpen('rules')}>设置规则</Button>}
          {may && <Button onClick={() => setOpen('issuer')}>统一身份认证</Button>}
          {may && <Button danger onClick={stop}>停用</Button>}
        </div>
      )}
      <Suspense>
        {open === 'secret' && <SecretDrawer app={app} onClose={close} />}
        {open === 'rules' && <RulesForm app={app} onClose={close} />}
        {open === 'issuer' && <IssuerForm app={app} onClose={close} />}
        {open === 'uses' && <UsesDrawer app={app} onClose={close} />}
      </Suspense>
    </Section>
  )
}

function useStop(app: SsoAppFragment) {
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return () => confirm({
    title: `停用“${app.name}”`,
    content: '停用后，用户立即不能从该平台免密登录；恢复须由服务商重新审核。',
    okText: '停用',
    reason: '停用原因',
    work: async (reason) => {
      await ask(StopSsoDocument, { app: app.id, reason })
      await queries.invalidateQueries({ queryKey: ['sso'] })
      void message.success('已停用')
    },
  })
}
