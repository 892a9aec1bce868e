import { SsoAppsDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { EmptyState, QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { AppSection } from './app-section'
import { LinksSection } from './links-section'

const ApplyForm = lazy(async () => ({ default: (await import('./apply-form')).ApplyForm }))

/** 免密登录: apply, wait for the review, take the secret once, follow the document. */
export default function SsoPage() {
  const may = usePermission('system.sso.manage')
  const [applying, setApplying] = useState(false)
  const query = useQuery({ queryKey: ['sso', 'apps'], queryFn: async ({ signal }) => (await ask(SsoAppsDocument, {}, signal)).system.ssoApplications })
  const apply = may && <Button type="primary" onClick={() => setApplying(true)}>新建</Button>
  return (
    <Page title="免密登录" menu="system.sso" hint="从本单位自有平台点一下就进入党建平台。审核通过后赠送 200 次。" extra={apply}>
      <QueryBoundary query={query}>
        {(apps) => (
          <>
            {apps.length === 0 && <div className="z-card"><EmptyState text="还没有申请过免密登录" /></div>}
            {apps.map((app) => <AppSection key={app.id} app={app} />)}
            {apps.some((app) => app.status === 'APPROVED') && <LinksSection apps={apps} />}
          </>
        )}
      </QueryBoundary>
      {applying && <Suspense><ApplyForm onClose={() => setApplying(false)} /></Suspense>}
    </Page>
  )
}
