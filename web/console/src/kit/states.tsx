import { Button, Empty, Result, Spin } from 'antd'
import type { ReactNode } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'
import { asRequestError, errorSentence } from '../net/errors'

/** Says what went wrong and offers another try, or the way back from what another try does not help. */
export function ErrorState({ error, onRetry, title, back }: { error: unknown; onRetry?: () => void; title?: string; back?: ReactNode }) {
  const { code } = asRequestError(error)
  const final = ['NOT_FOUND', 'DENIED', 'BAD_INPUT'].includes(code)
  const heading = title ?? (code === 'NOT_FOUND' ? '没有找到' : code === 'DENIED' ? '没有权限' : '加载失败')
  return (
    <div role="alert">
      <Result
        status={code === 'DENIED' || code === 'NOT_FOUND' ? 'info' : 'warning'}
        title={heading}
        subTitle={errorSentence(error)}
        extra={final && back ? back : onRetry && code !== 'NOT_FOUND' && <Button type="primary" onClick={onRetry}>重试</Button>}
      />
    </div>
  )
}

/** Says that there is nothing, and what to do about it. */
export function EmptyState({ text = '暂无数据', action }: { text?: string; action?: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text}>{action}</Empty>
}

/** A quiet waiting sign for a part of a page. */
export function Loading({ label = '正在加载' }: { label?: string }) {
  return <div className="z-loading" role="status" aria-label={label}><Spin size="large" /><span className="z-muted">{label}…</span></div>
}

/** Shows a query's data, or its loading and error states. */
export function QueryBoundary<Data>({ query, back, children }: { query: UseQueryResult<Data>; back?: ReactNode; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} back={back} />
  return <Loading />
}
