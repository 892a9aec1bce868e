import { Button, Steps } from 'antd'
import { DetailDrawer } from '../detail-drawer'
import type { ImportKind } from './import-button'
import { ImportProgress } from './import-progress'
import { ImportRecords } from './import-records'
import { ImportStart } from './import-start'
import type { useUpload } from './use-upload'

/** What the views of the drawer share. */
export interface ImportViews {
  kind: ImportKind
  upload: ReturnType<typeof useUpload>
  onShow: (to: string) => void
  onView: () => void
}

/** The steps of an import, 上传, 检查, 确认, 完成; or the list of one's own imports. */
export function ImportDrawer({ shown, onClose, ...views }: ImportViews & { shown: string; onClose: () => void }) {
  const records = shown === 'records'
  return (
    <DetailDrawer
      open size={820} onClose={onClose} title={records ? `导入记录（${views.kind.title}）` : views.kind.title}
      extra={records
        ? <Button onClick={() => views.onShow('new')}>导入新文件</Button>
        : <Button onClick={() => views.onShow('records')}>导入记录</Button>}
    >
      {records ? <ImportRecords {...views} /> : shown === 'new' ? <ImportStart {...views} /> : <ImportProgress key={shown} id={shown} {...views} />}
    </DetailDrawer>
  )
}

/** Where in the import somebody is. */
export function ImportSteps({ step, failed = false }: { step: number; failed?: boolean }) {
  return (
    <Steps className="z-gap-bottom" size="small" current={step} status={failed ? 'error' : 'process'} responsive={false}
      items={['上传', '检查', '确认', '完成'].map((title) => ({ title }))} />
  )
}
