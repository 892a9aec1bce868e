import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { DetailDrawer } from '../detail-drawer'
import { usePermission } from '../permissions'
import { Loading } from '../states'

/** One part for all that few pages need. */
export const ExportViews = lazy(() => import('./export-views'))

/** What is exported and how people call it. */
export interface ExportKind {
  kind: string
  title: string
  /** Forms on paper, one for each row in a PDF, instead of a workbook. */
  forms?: boolean
}

interface ExportButtonsProps extends ExportKind {
  /** The filter of the list at present, as its query takes it. */
  filter: object
  /** How many rows the list has at present. */
  count: number | undefined
  /** Another word than 导出, for forms beside a list's own export; their files stand with 下载记录 of their own page. */
  label?: string
}

/** The buttons 导出 and 下载记录 of a list, with their drawers. */
export function ExportButtons({ kind, title, forms = false, filter, count, label }: ExportButtonsProps) {
  const [open, setOpen] = useState<'order' | 'records' | null>(null)
  if (!usePermission('data.export')) return null
  const close = () => setOpen(null)
  return (
    <>
      <Button onClick={() => setOpen('order')}>{label ?? '导出'}</Button>
      {label === undefined && <Button onClick={() => setOpen('records')}>下载记录</Button>}
      <DetailDrawer open={open !== null} title={open === 'records' ? `下载记录（${title}）` : `${forms ? '生成' : '导出'}${title}`} onClose={close} size={640}>
        <Suspense fallback={<Loading />}>
          {open === 'order' && <ExportViews view="order" kind={kind} title={title} filter={filter} count={count} forms={forms} onClose={close} />}
          {open === 'records' && <ExportViews view="records" kind={kind} />}
        </Suspense>
      </DetailDrawer>
    </>
  )
}
