import { SetTenantModuleDocument, TenantDocument, WatchJobDocument, type TenantRowFragment, type WatchJobSubscription } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Progress, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { QueryBoundary } from '../../../kit/states'
import { errorSentence } from '../../../net/errors'
import { ask } from '../../../net/ask'
import { useLive } from '../../../net/live'
import { useModules } from '../codes/use-modules'

interface Running { job: string; module: string; title: string; on: boolean }
type Progressing = WatchJobSubscription['jobProgress']

/** Switches of the modules; switching off deletes data, so the tenant's name must be typed. */
export function TenantModules({ tenant }: { tenant: TenantRowFragment }) {
  const modules = useModules()
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const [running, setRunning] = useState<Running | null>(null)
  const [starting, setStarting] = useState<string | null>(null)
  const { event } = useLive<Progressing, WatchJobSubscription, { id: string }>(running?.job ?? null, {
    document: WatchJobDocument,
    variables: { id: running?.job ?? '' },
    pick: (data) => data.jobProgress,
    poll: async () => {
      const now = (await ask(TenantDocument, { id: tenant.id })).system.tenant
      const done = running !== null && now.modules.includes(running.module) === running.on
      return { id: running?.job ?? '', state: done ? 'DONE' : 'RUNNING', percent: done ? 100 : 50, message: null }
    },
    done: ({ state }) => state === 'DONE' || state === 'FAILED',
  })
  const finished = event?.state === 'DONE'
  useEffect(() => {
    if (!finished || !running) return
    void message.success(`“${running.title}”已${running.on ? '开通' : '关闭'}`)
    setRunning(null)
    void queries.invalidateQueries({ queryKey: ['tenants'] })
  }, [finished, running, message, queries])

  const start = async (module: string, title: string, on: boolean) => {
    setStarting(module)
    try {
      const job = (await ask(SetTenantModuleDocument, { tenant: tenant.id, module, on })).system.setTenantModule.id
      setRunning({ job, module, title, on })
    } finally {
      setStarting(null)
    }
  }
  const flip = (module: string, title: string, on: boolean) => {
    if (on) void start(module, title, true).catch((cause: unknown) => message.error(errorSentence(cause), 6))
    else confirm({
      title: `关闭“${title}”`,
      content: <>关闭后，“{tenant.name}”在此模块中的<b>全部数据将被删除，不能恢复</b>，相关菜单立即消失。</>,
      okText: '关闭并删除数据',
      typed: tenant.name,
      work: () => start(module, title, false),
    })
  }
  return (
    <QueryBoundary query={modules}>
      {(catalogue) => (
        <>
          {running && event?.state !== 'FAILED' && (
            <div role="status" className="z-gap-bottom">
              正在{running.on ? '开通' : '关闭'}“{running.title}”…{event?.message ?? ''}
              <Progress percent={event?.percent ?? 0} status="active" aria-label="处理进度" />
            </div>
          )}
          {running && event?.state === 'FAILED' && (
            <Alert className="z-gap-bottom" type="error" showIcon closable={{ onClose: () => setRunning(null) }}
              title={`“${running.title}”${running.on ? '开通' : '关闭'}失败`} description={event.message ?? '请到“失败任务”中查看原因并重试。'} />
          )}
          <ul className="z-rows">
            {catalogue.map((module) => {
              const on = tenant.modules.includes(module.key)
              return (
                <li key={module.key}>
                  <div><b>{module.title}</b>{module.base && <span className="z-tag z-tag--off">基础模块</span>}</div>
                  <Switch checked={on || module.base} disabled={module.base || (running !== null && event?.state !== 'FAILED') || tenant.state !== 'ACTIVE' || tenant.life === 'CLOSED'} loading={starting === module.key}
                    aria-label={`${module.title}：${on || module.base ? '已开通' : '未开通'}`} onChange={(next) => flip(module.key, module.title, next)} />
                </li>
              )
            })}
          </ul>
        </>
      )}
    </QueryBoundary>
  )
}
