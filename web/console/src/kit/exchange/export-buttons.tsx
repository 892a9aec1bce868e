import { ExportOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { usePermission } from '../permissions'

const ExportDrawer = lazy(async () => ({ default: (await import('./export-drawer')).ExportDrawer }))
const ExportRecords = lazy(async () => ({ default: (await import('./export-records')).ExportRecords }))

/** What is exported and how people call it. */
export interface ExportKind { kind: string; title: string }

interface ExportButtonsProps extends ExportKind {
  /** The filter of the list at present, as its query takes it. */
  filter: object
  /** How many rows the list has at present. */
  count: number | undefined
}

/** The buttons 导出 and 下载记录 of a list. */
export function ExportButtons({ kind, title, filter, count }: ExportButtonsProps) {
  const [open, setOpen] = useState<'order' | 'records' | null>(null)
  if (!usePermission('data.export')) return null
  const close = () => setOpen(null)
  return (
    <>
      <Button icon={<ExportOutlined aria-hidden />} onClick={() => setOpen('order')}>导出</Button>
      <Button onClick={() => setOpen('records')}>下载记录</Button>
      <Suspense fallback={null}>
        {open === 'order' && <ExportDrawer kind={kind} title={title} filter={filter} count={count} onClose={close} />}
        {open === 'records' && <ExportRecords kind={kind} title={title} onClose={close} />}
      </Suspense>
    </>
  )
}
