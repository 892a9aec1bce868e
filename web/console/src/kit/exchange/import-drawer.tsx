import { Button } from 'antd'
import { lazy, Suspense } from 'react'
import { DetailDrawer } from '../detail-drawer'
import { Loading } from '../states'
import type { ImportKind } from './import-button'
import type { useUpload } from './use-upload'

const Views = lazy(() => import('./import-views'))

/** What the views of the drawer share. */
export interface ImportViews {
  kind: ImportKind
  upload: ReturnType<typeof useUpload>
  onShow: (to: string) => void
  onView: () => void
}

/** The steps of an import, or the list of one's own imports; which of them, says `shown`. */
export function ImportDrawer({ shown, onClose, ...views }: ImportViews & { shown: string; onClose: () => void }) {
  const records = shown === 'records'
  return (
    <DetailDrawer
      open size={820} onClose={onClose} title={records ? `导入记录（${views.kind.title}）` : views.kind.title}
      extra={records
        ? <Button onClick={() => views.onShow('new')}>导入新文件</Button>
        : <Button onClick={() => views.onShow('records')}>导入记录</Button>}
    >
      <Suspense fallback={<Loading />}><Views shown={shown} {...views} /></Suspense>
    </DetailDrawer>
  )
}
