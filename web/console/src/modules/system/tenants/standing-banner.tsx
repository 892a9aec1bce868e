import { QuotaWarningsDocument, StandingDocument, type QuotaWarningsQuery, type StandingQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usePermission } from '../../../kit/permissions'
import { ask } from '../../../net/ask'
import type { Told } from '../told'

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

/** Where the tenant stands, and what the operator tells its administrators. */
export function useStanding(): Told[] {
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
  if (!data) return []
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
  const standing: Told[] = words ? [{ key: 'standing', type: data.life === 'READ_ONLY' ? 'error' : 'warning', title: words }] : []
  const limits = quotas.data?.map((warning): Told => (
    { key: warning.kind, type: warning.full ? 'error' : 'warning', title: quotaWords(warning) })) ?? []
  const notices = data.notices.filter((notice) => !closed.includes(notice.id)).map((notice): Told => (
    { key: notice.id, type: 'info', title: notice.title, text: notice.text, onClose: () => close(notice.id) }))
  return [...standing, ...limits, ...notices]
}
