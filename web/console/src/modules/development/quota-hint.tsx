import type { DevelopmentQuotaRowFragment } from '@zhibu/api'
import { Alert } from 'antd'

/** What is left of the year's plan that a pre-review takes a place of. */
export function QuotaHint({ quota }: { quota: DevelopmentQuotaRowFragment }) {
  const places = quota.places ?? 0
  const left = places - quota.used
  const facts = `${quota.organisation.shortName} ${quota.year} 年发展党员计划 ${places} 名，已用 ${quota.used} 名`
  if (left > 0) return <Alert className="z-gap-bottom" type="info" showIcon title={`${facts}，还可预审 ${left} 名`} />
  return quota.rule === 'BLOCK'
    ? <Alert className="z-gap-bottom" type="error" showIcon title={`${facts}，计划已用完，不能再预审`} />
    : <Alert className="z-gap-bottom" type="warning" showIcon title={`${facts}，计划已用完，请核对是否超计划发展`} />
}
