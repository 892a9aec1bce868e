import { Alert, Button, Grid } from 'antd'
import { useState } from 'react'
import { useSupport } from './support/support-banner'
import { useStanding } from './tenants/standing-banner'
import { folds, ordered, type Told } from './told'

function Banner({ told }: { told: Told }) {
  return (
    <Alert banner type={told.type} title={told.title} action={told.action}
      description={told.text === undefined ? undefined : <span className="z-lines">{told.text}</span>}
      closable={told.onClose && { onClose: told.onClose, 'aria-label': `关闭通知：${told.title}` }} />
  )
}

/** What a tenant's people are told above every page: how the tenant stands, and who of the provider is in it. */
export default function Banners() {
  const support = useSupport()
  const standing = useStanding()
  const roomy = Grid.useBreakpoint().md ?? true
  const [open, setOpen] = useState(false)
  const all = ordered([...support, ...standing])
  const first = all[0]
  if (!first) return null
  const toggle = (
    <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
      {open ? '收起' : all.length > 1 ? `共 ${all.length} 条` : '展开'}
    </Button>
  )
  if (!folds(all, roomy)) return <>{all.map((told) => <Banner key={told.key} told={told} />)}</>
  if (!open) return <Alert banner type={first.type} title={<span className="z-oneline">{first.title}</span>} action={toggle} />
  return <>{all.map((told) => <Banner key={told.key} told={told} />)}<div className="z-fold">{toggle}</div></>
}
