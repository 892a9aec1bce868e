import { DownloadWritingSampleDocument, WritingSampleDocument, WritingSamplesDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { save } from '../../kit/clipboard'
import { DetailDrawer } from '../../kit/detail-drawer'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import type { Shelf } from './shelf'
import '../../styles/notes.css'

/** A sample text as it goes into the form. */
export interface Sample { title: string; body: string }

const KINDS = ['一句话承诺', '全方位承诺']

/** Sample texts to download, or to put into the form at once (PC-3.2.6c, PC-3.2.7b). */
export function Samples({ shelf, onUse, onClose }: { shelf: Shelf; onUse: (sample: Sample) => void; onClose: () => void }) {
  const [words, setWords] = useState('')
  const samples = useQuery({
    queryKey: ['samples', 'choice', shelf.sample, words],
    queryFn: async ({ signal }) => (await ask(WritingSamplesDocument, { kind: shelf.sample, search: words || null }, signal)).document.samples.nodes,
  })
  const use = useAction(async (id: string) => (await ask(WritingSampleDocument, { id })).document.sample, { done: onUse })
  const download = useAction(async (id: string) => (await ask(DownloadWritingSampleDocument, { id })).document.downloadSample, { done: ({ url, fileName }) => save(fileName, url) })
  return (
    <DetailDrawer open title={`参考范文（${shelf.title}）`} onClose={onClose} size={640}>
      {shelf.key === 'pledge' && (
        <Segmented<string> className="z-gap-bottom" aria-label="范文类型" value={words} onChange={setWords}
          options={[{ value: '', label: '全部' }, ...KINDS.map((kind) => ({ value: kind, label: kind }))]} />
      )}
      <QueryBoundary query={samples}>
        {(found) => (found.length === 0
          ? <EmptyState text="还没有这类范文" />
          : (
            <ul className="z-samples" aria-label="范文">
              {found.map((one) => (
                <li key={one.id}>
                  <div><b>{one.title}</b><p className="z-muted">{one.summary}</p></div>
                  <div className="z-inline">
                    {one.downloadable && <Button size="small" aria-label={`下载 ${one.title}`} onClick={() => download.mutate(one.id)}>下载</Button>}
                    <Button size="small" type="primary" aria-label={`立即使用 ${one.title}`} disabled={use.isPending} onClick={() => use.mutate(one.id)}>立即使用</Button>
                  </div>
                </li>
              ))}
            </ul>
          ))}
      </QueryBoundary>
    </DetailDrawer>
  )
}
