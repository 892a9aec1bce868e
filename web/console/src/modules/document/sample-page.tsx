import { DownloadSampleDocument, MarkReadDocument, SampleDocument, sampleKinds, type SampleQuery } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useEffect } from 'react'
import { useParams } from 'react-router'
import { copyText, save } from '../../kit/clipboard'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { paragraphs } from './paragraphs'

type Sample = SampleQuery['document']['sample']

/** One sample text to read, download or copy; opening it counts as reading it. */
export default function SamplePage() {
  const { id = '' } = useParams()
  const queries = useQueryClient()
  const sample = useQuery({
    queryKey: ['samples', 'one', id],
    queryFn: async ({ signal }) => (await ask(SampleDocument, { id }, signal)).document.sample,
  })
  const unread = sample.data?.read === false
  useEffect(() => {
    if (!unread) return
    ask(MarkReadDocument, { id }).then(
      () => queries.invalidateQueries({ queryKey: ['samples'] }),
      () => undefined, // The dot stays; reading goes on.
    )
  }, [unread, id, queries])
  return (
    <Page title={sample.data?.title ?? '范文'} menu="document.samples">
      <QueryBoundary query={sample}>{(data) => <Reading sample={data} />}</QueryBoundary>
    </Page>
  )
}

function Reading({ sample }: { sample: Sample }) {
  const { message } = App.useApp()
  const download = useAction(
    async () => (await ask(DownloadSampleDocument, { id: sample.id })).document.downloadSample,
    { done: ({ url, fileName }) => save(fileName, url) },
  )
  const copy = async () => {
    if (await copyText(paragraphs(sample.body).join('\n\n'))) void message.success('全文已复制，可粘贴到文档中修改使用')
    else void message.error('复制失败，请手工选择复制')
  }
  return (
    <div className="z-card z-reading">
      <div className="z-reading-head">
        <p className="z-muted"><StatusTag dict={sampleKinds} value={sample.kind} /> 发布于 {day(sample.publishedAt)}</p>
        <div className="z-actions">
          {sample.downloadable && <Button loading={download.isPending} onClick={() => download.mutate(undefined)}>下载 Word 文档</Button>}
          <Button type="primary" onClick={() => void copy()}>立即使用（复制全文）</Button>
        </div>
      </div>
      <article aria-label={sample.title}>
        {paragraphs(sample.body).map((text, index) => <p key={index}>{text}</p>)}
      </article>
    </div>
  )
}
