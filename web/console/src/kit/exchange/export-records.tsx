import { ExportsDocument, exportStates } from '@zhibu/api'
import { Button } from 'antd'
import { ask } from '../../net/ask'
import { StatusTag } from '../status-tag'
import { instant } from '../words'
import { Records } from './records'
import { useDownload } from './use-download'

/** 下载记录: the own exports of a list, kept for seven days. */
export function ExportRecords({ kind }: { kind: string }) {
  const download = useDownload()
  return (
    <>
      <p className="z-muted z-gap-bottom">只列出您自己的导出。文件保留 7 天，过期后请重新导出。</p>
      <Records
        name={['exports', 'list', kind]} label="下载记录" empty="还没有导出过"
        load={async (after, signal) => (await ask(ExportsDocument, { kind, first: 20, after }, signal)).system.exports}
        row={(one) => (
          <>
            <div>
              <p className="z-inline">
                <b>{instant(one.createdAt)}</b><StatusTag dict={exportStates} value={one.state} />
                {one.sensitive && <span className="z-tag z-tag--bad">敏感</span>}
              </p>
              <p className="z-muted">条件：{one.filterWords || '全部数据'}</p>
              <p className="z-muted">
                {[one.state === 'DONE' && `${one.rowCount} 行`, `${one.columns.length} 列`, one.reason && `用途：${one.reason}`, one.state === 'FAILED' && one.message,
                  one.state === 'DONE' && `${instant(one.expiresAt)} 前有效`].filter(Boolean).join(' · ')}
              </p>
            </div>
            {one.state === 'DONE' && (
              <Button aria-label={`下载 ${instant(one.createdAt)} 的导出`} loading={download.isPending && download.variables === one.id} onClick={() => download.mutate(one.id)}>下载</Button>
            )}
          </>
        )}
      />
    </>
  )
}
