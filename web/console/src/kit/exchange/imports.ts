import type { ImportState } from '@zhibu/api'

const RUNNING: readonly ImportState[] = ['CHECKING', 'APPLYING', 'UNDOING']

/** Whether the server is at work on an import. */
export const isRunning = ({ state }: { state: ImportState }): boolean => RUNNING.includes(state)

/** What waits for its importer: work in hand, or a good file that was not confirmed. */
export const isOpen = (one: { state: ImportState; badRows: number }): boolean => isRunning(one) || (one.state === 'CHECKED' && one.badRows === 0)

/** The step (from 0) that an import stands at, of 上传, 检查, 确认, 完成; past the last when all is over. */
export function stepOf({ state, rowCount, badRows }: { state: ImportState; rowCount: number; badRows: number }): number {
  if (state === 'UPLOADING') return 0
  if (state === 'CHECKING' || state === 'REFUSED') return 1
  if (state === 'CHECKED') return badRows < rowCount ? 2 : 1
  return state === 'DONE' || state === 'UNDONE' ? 4 : 3
}

/** One import in a few words, for the list of one's own. */
export function summary(one: { state: ImportState; rowCount: number; badRows: number; doneRows: number; undoneRows: number; message: string | null }): string {
  switch (one.state) {
    case 'CHECKED': return one.badRows > 0 ? `${one.rowCount - one.badRows} 行可导入，${one.badRows} 行有错误` : `${one.rowCount} 行可导入`
    case 'DONE': return `已导入 ${one.doneRows} 行${one.message ? `；${one.message}` : ''}`
    case 'UNDONE': return `已撤销 ${one.undoneRows} 行${one.undoneRows < one.doneRows ? `，保留 ${one.doneRows - one.undoneRows} 行` : ''}`
    default: return one.message ?? ''
  }
}
