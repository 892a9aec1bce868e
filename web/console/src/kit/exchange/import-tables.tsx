import { KeptRowsDocument, type ImportFieldsFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../net/ask'
import { QueryBoundary } from '../states'

const MOST = 100

/** The first faults of a workbook: where, and what is wrong. */
export function FaultTable({ faults }: { faults: ImportFieldsFragment['faults'] }) {
  return (
    <>
      <div className="z-sheet">
        <table aria-label="错误">
          <thead><tr><th scope="col">行</th><th scope="col">列</th><th scope="col">错误说明</th></tr></thead>
          <tbody>
            {faults.map(({ row, column, sentence }) => (
              <tr key={`${row} ${column} ${sentence}`}><td>第 {row} 行</td><td>{column}</td><td>{sentence}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {faults.length >= MOST && <p className="z-muted">此处只列出前 {MOST} 处错误，全部错误见标注了错误的文件。</p>}
    </>
  )
}

/** What is allowed and yet worth a look; it stops nothing. */
export function HintTable({ rows, hints }: { rows: number; hints: ImportFieldsFragment['hints'] }) {
  if (rows === 0) return null
  return (
    <>
      <p><b>{rows} 行请核对</b> <span className="z-muted">以下内容可以导入，但不常见，请确认没有填错。</span></p>
      <div className="z-sheet">
        <table aria-label="请核对">
          <thead><tr><th scope="col">行</th><th scope="col">列</th><th scope="col">请核对</th></tr></thead>
          <tbody>
            {hints.map(({ row, column, sentence }) => (
              <tr key={`${row} ${column} ${sentence}`}><td>第 {row} 行</td><td>{column}</td><td>{sentence}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {hints.length >= MOST && <p className="z-muted">此处只列出前 {MOST} 处。</p>}
    </>
  )
}

/** The rows that undoing left in place, each with its reason. */
export function KeptTable({ id, count }: { id: string; count: number }) {
  const kept = useQuery({
    queryKey: ['imports', 'kept', id],
    queryFn: async ({ signal }) => (await ask(KeptRowsDocument, { id }, signal)).system.keptRows,
  })
  return (
    <QueryBoundary query={kept}>
      {(rows) => (
        <>
          <div className="z-sheet">
            <table aria-label="没有撤销的行">
              <thead><tr><th scope="col">行</th><th scope="col">没有撤销的原因</th></tr></thead>
              <tbody>{rows.map(({ row, reason }) => <tr key={row}><td>第 {row} 行</td><td>{reason}</td></tr>)}</tbody>
            </table>
          </div>
          {rows.length < count && <p className="z-muted">此处只列出前 {rows.length} 行。</p>}
        </>
      )}
    </QueryBoundary>
  )
}
