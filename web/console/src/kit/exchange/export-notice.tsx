import { CloseOutlined, DownloadOutlined } from '@ant-design/icons'
import { ExportsDocument, WatchExportDocument, type ExportFieldsFragment, type WatchExportSubscription } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import { ask } from '../../net/ask'
import { RequestError } from '../../net/errors'
import { instant } from '../words'
import type { ExportKind } from './export-buttons'
import { useDownload } from './use-download'
import { useFollowed } from './use-followed'

/** One export that was started: how far it is, and its file when it is done. */
export function ExportNotice({ id, kind, title, onClose }: ExportKind & { id: string; onClose: () => void }) {
  const queries = useQueryClient()
  const download = useDownload()
  const { query: { data }, deaf } = useFollowed<ExportFieldsFragment, WatchExportSubscription>(id, {
    key: ['exports', 'one', id],
    load: async (signal) => {
      const { nodes } = (await ask(ExportsDocument, { kind, first: 50, after: null }, signal)).system.exports
      const own = nodes.find((one) => one.id === id)
      if (!own) throw new RequestError('NOT_FOUND', '导出记录不存在')
      return own
    },
    watch: WatchExportDocument,
    pick: (event) => event.exportProgress,
    running: ({ state }) => state === 'RUNNING',
    settled: () => void queries.invalidateQueries({ queryKey: ['exports', 'list'] }),
  })
  if (!data || data.state === 'EXPIRED') return null
  const { state, percent, rowCount, filterWords, message, expiresAt } = data
  const tone = state === 'DONE' ? 'ok' : state === 'FAILED' ? 'bad' : 'info'
  return (
    <div className={`z-notice z-notice--${tone}`} role="status">
      <div>
        <b>{state === 'DONE' ? `${title}已导出 ${rowCount} 行` : state === 'FAILED' ? `${title}导出失败` : `正在导出${title}…`}</b>
        <p>{state === 'FAILED' ? message ?? '请稍后再试' : [filterWords || '全部数据', state === 'DONE' ? `请在 ${instant(expiresAt)} 前下载` : deaf ? '网络不通，正在重试' : '可以离开此页，稍后在“下载记录”中下载'].join(' · ')}</p>
        {state === 'RUNNING' && <Progress percent={percent} size="small" status="active" aria-label="导出进度" />}
      </div>
      {state === 'DONE' && <Button type="primary" icon={<DownloadOutlined aria-hidden />} loading={download.isPending} onClick={() => download.mutate(id)}>下载</Button>}
      {state !== 'RUNNING' && <Button type="text" icon={<CloseOutlined aria-hidden />} aria-label="关闭此提示" onClick={onClose} />}
    </div>
  )
}
