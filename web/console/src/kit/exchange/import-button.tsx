import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useRef } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { useLink } from '../page'
import { ImportDrawer } from './import-drawer'
import { useUpload } from './use-upload'

/** What is imported and how people call it. */
export interface ImportKind {
  /** The template's key. */
  template: string
  /** As in 导入党员. */
  title: string
  /** What one row is, as 名党员. */
  noun: string
  /** Query keys of what an import changes. */
  refresh: readonly string[]
  /** What becomes of the rows that are taken back. */
  undoing: string
}

/** The button 导入 with its drawer; which import is open stands in the address, so that nothing is lost by closing. */
export function ImportButton({ kind }: { kind: ImportKind }) {
  const [params, setParams] = useSearchParams()
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const link = useLink()
  const shown = params.get('import')
  const go = (to: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (to) next.set('import', to)
    else next.delete('import')
    return next
  }, { replace: true })
  const current = useRef(shown)
  current.current = shown
  const upload = useUpload(kind.template, (id) => { if (current.current === 'new') go(id) })
  const view = () => {
    for (const key of kind.refresh) void queries.invalidateQueries({ queryKey: [key] })
    void navigate(link(pathname), { replace: true })
  }
  const sending = upload.sending && upload.sending.fault === undefined ? upload.sending : null
  return (
    <>
      <Button onClick={() => go('new')}>{sending ? `正在上传 ${sending.percent}%` : '导入'}</Button>
      {shown && (
        <ImportDrawer kind={kind} shown={shown} upload={upload} onShow={go} onClose={() => { upload.forget(); go(null) }} onView={view} />
      )}
    </>
  )
}
