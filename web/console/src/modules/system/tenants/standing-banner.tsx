import { QuotaWarningsDocument, StandingDocument, type QuotaWarningsQuery, type StandingQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useState } from 'react'
import { usePermission } from '../../../kit/permissions'
import { ask } from '../../../net/ask'

type Standing = StandingQuery['system']['standing']

/** Read again this often: a notice or a last day may come while the console is open. */
const AGAIN = 5 * 60_000
const CLOSED = 'zhibu.notices.closed'

/** What the state of the tenant means for those who work in it; nothing while all is well. */
export function standingWords(standing: Pick<Standing, 'life' | 'graceUntil' | 'readableUntil' | 'contact'>, administrator: boolean): string | null {
  const contact = standing.contact ? `请联系服务商：${standing.contact}` : '请联系服务商'
  if (standing.life === 'READ_ONLY') return `服务已到期，目前只能查看和导出，${standing.readableUntil ?? ''} 之后不能登录。如需续期，${contact}。`
  if (standing.life === 'GRACE' && administrator) return `服务已到期，${standing.graceUntil ?? ''} 之后将只能查看。如需续期，${contact}。`
  return null
}

type Warning = QuotaWarningsQuery['system']['quotaWarnings'][number]

/** What a limit that is nearly or wholly used means for the administrators. */
export function quotaWords({ kind, used, limit, full }: Pick<Warning, 'kind' | 'used' | 'limit' | 'full'>): string {
  const percent = Math.floor((used * 100) / limit)
  if (kind === 'STORAGE') return full ? '存储空间已用完，不能再上传文件；已有文件仍可下载。' : `存储空间已用 ${percent}%。`
  if (kind === 'SMS') return full ? '本月短信已用完，只发送登录和设置密码的验证码。' : `本月短信已用 ${percent}%。`
  return full ? '今日请求次数已用完，次日零点恢复。' : `今日请求次数已用 ${percent}%。`
}

function closedBefore(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(CLOSED) ?? '[]')
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

/** The top of the tenants' console: where the tenant stands, and what the operator tells its administrators. */
export function StandingBanner() {
  const administrator = usePermission('tenant.settings')
  const [closed, setClosed] = useState(closedBefore)
  const { data } = useQuery({
    queryKey: ['standing'],
    queryFn: async ({ signal }) => (await ask(StandingDocument, {}, signal)).system.standing,
    refetchInterval: AGAIN,
  })
  const quotas = useQuery({
    queryKey: ['quotas'],
    queryFn: async ({ signal }) => (await ask(QuotaWarningsDocument, {}, signal)).system.quotaWarnings,
    refetchInterval: AGAIN,
    enabled: administrator,
  })
  if (!data) return null
  const words = standingWords(data, administrator)
  const close = (id: string) => {
    const next = [id, ...closed].slice(0, 50)
    setClosed(next)
    try {
      localStorage.setItem(CLOSED, JSON.stringify(next))
    } catch {
      // Without storage it is closed until the page is loaded again.
    }
  }
  return (
    <>
      {words && <Alert banner type={data.life === 'READ_ONLY' ? 'error' : 'warning'} title={words} />}
      {quotas.data?.map((warning) => (
        <Alert key={warning.kind} banner type={warning.full ? 'error' : 'warning'} title={quotaWords(warning)} />
      ))}
      {data.notices.filter((notice) => !closed.includes(notice.id)).map((notice) => (
        <Alert key={notice.id} banner type="info" title={notice.title} description={<span className="z-lines">{notice.text}</span>}
          closable={{ onClose: () => close(notice.id), 'aria-label': `关闭通知：${notice.title}` }} />
      ))}
    </>
  )
}
