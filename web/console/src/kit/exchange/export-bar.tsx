import { Suspense } from 'react'
import { ExportViews, type ExportKind } from './export-buttons'
import { useStarted } from './use-started'

/** The exports that were started from a list, above it until they are put away. */
export function ExportBar({ kind, title }: ExportKind) {
  const { started, drop } = useStarted(kind)
  if (started.length === 0) return null
  return <Suspense fallback={null}>{started.map((id) => <ExportViews key={id} view="notice" id={id} kind={kind} title={title} onClose={() => drop(id)} />)}</Suspense>
}
