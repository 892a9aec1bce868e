import { OneImportDocument, WatchImportDocument, type ImportFieldsFragment, type WatchImportSubscription } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Progress } from 'antd'
import { ask } from '../../net/ask'
import { QueryBoundary } from '../states'
import { ImportChecked } from './import-checked'
import type { ImportViews } from './import-drawer'
import { ImportResult } from './import-result'
import { ImportSteps } from './import-steps'
import { isRunning, stepOf } from './imports'
import { useFollowed } from './use-followed'

/** One import from its check to its end, whatever it is doing now. */
export function ImportProgress({ id, ...views }: ImportViews & { id: string }) {
  const queries = useQueryClient()
  const { query, deaf } = useFollowed<ImportFieldsFragment, WatchImportSubscription>(id, {
    key: ['imports', 'one', id],
    load: async (signal) => (await ask(OneImportDocument, { id }, signal)).system.import,
    watch: WatchImportDocument,
    pick: (data) => data.importProgress,
    running: isRunning,
    settled: ({ state }) => {
      const changed = state === 'DONE' || state === 'UNDONE' ? views.kind.refresh : []
      for (const key of [...changed, 'imports']) void queries.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <QueryBoundary query={query} back={<Button type="primary" onClick={() => views.onShow('new')}>重新导入</Button>}>
      {(one) => (
        <>
          <ImportSteps step={stepOf(one)} failed={['REFUSED', 'FAILED'].includes(one.state) || (one.state === 'CHECKED' && one.badRows === one.rowCount)} />
          <p className="z-path">文件：{one.fileName}</p>
          {isRunning(one) ? <Running one={one} deaf={deaf} /> : one.state === 'CHECKED' ? <ImportChecked one={one} {...views} /> : <ImportResult one={one} {...views} />}
        </>
      )}
    </QueryBoundary>
  )
}

const WORDS = { CHECKING: ['正在检查', '检查'], APPLYING: ['正在导入', '导入'], UNDOING: ['正在撤销', '撤销'] } as const

function Running({ one, deaf }: { one: ImportFieldsFragment; deaf: boolean }) {
  const [doing, work] = WORDS[one.state as keyof typeof WORDS]
  const rows = one.state === 'CHECKING' ? one.rowCount : one.state === 'UNDOING' ? one.undoneRows : one.doneRows
  return (
    <div role="status" aria-live="polite">
      <p>{doing}{rows > 0 ? `，已处理 ${rows} 行` : ''}…</p>
      <Progress percent={one.percent} status="active" aria-label={`${work}进度`} />
      <p className="z-muted">可以关闭此窗口，{work}会在后台继续；以后在“导入记录”中查看结果。</p>
      {deaf && <Alert type="warning" showIcon title="网络不通，正在重试…" />}
    </div>
  )
}
