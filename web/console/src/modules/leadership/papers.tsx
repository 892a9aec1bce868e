import { KeepElectionDocumentDocument, OpenElectionDocumentDocument, RemoveElectionDocumentDocument, RequestElectionDocumentDocument, type ElectionDetailFragment, type ElectionPaper } from '@zhibu/api'
import { PaperClipOutlined } from '@ant-design/icons'
import { App, Button, Popconfirm, Progress } from 'antd'
import { useRef, useState } from 'react'
import { putFile } from '../../kit/exchange/put-file'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import { papers } from './words'

const ACCEPT = '.pdf,.jpg,.jpeg,.png,.docx,.doc,.xlsx'
const LARGEST = 20 * 1024 * 1024

/** Papers of an election that stand at a step: what is there, and a button to add one. */
export function Papers({ election, kinds, may, onTaken }: { election: ElectionDetailFragment; kinds: ElectionPaper[]; may: boolean; onTaken: (next: ElectionDetailFragment) => void }) {
  const { message } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const kind = useRef<ElectionPaper>('OTHER')
  const [sending, setSending] = useState<{ kind: ElectionPaper; percent: number } | null>(null)
  const remove = useAction(async (id: string) => onTaken((await ask(RemoveElectionDocumentDocument, { id })).leadership.removeDocument), { success: '材料已删除' })
  const open = useAction(async (id: string) => {
    const { url, fileName } = (await ask(OpenElectionDocumentDocument, { id })).leadership.openDocument
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = fileName
    anchor.click()
  })
  async function send(chosen: File): Promise<void> {
    if (chosen.size === 0 || chosen.size > LARGEST) return void message.error(chosen.size === 0 ? '这是空文件，请重新选择' : '文件超过 20MB，请缩小后再上传')
    const sent = kind.current
    setSending({ kind: sent, percent: 0 })
    try {
      const ticket = (await ask(RequestElectionDocumentDocument, { id: election.id, input: { kind: sent, fileName: chosen.name, size: chosen.size } })).leadership.requestDocument
      await putFile(ticket.url, chosen, ticket.contentType, (percent) => setSending({ kind: sent, percent }), new AbortController().signal)
      onTaken((await ask(KeepElectionDocumentDocument, { id: ticket.id })).leadership.keepDocument)
      void message.success('材料已上传')
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    } finally {
      setSending(null)
    }
  }
  return (
    <ul className="z-papers">
      {kinds.map((each) => {
        const own = election.documents.filter((paper) => paper.kind === each)
        return (
          <li key={each}>
            <span className="z-inline">
              <PaperClipOutlined aria-hidden />{papers[each]}
              {own.length === 0 && may && each !== 'OTHER' && each !== 'BALLOT' && <span className="z-tag z-tag--warn">缺</span>}
              {may && (
                <Button type="link" size="small" disabled={sending !== null} aria-label={`${own.length > 0 ? '补充' : '上传'}：${papers[each]}`}
                  onClick={() => { kind.current = each; input.current?.click() }}>{own.length > 0 ? '补充' : '上传'}</Button>
              )}
              {sending?.kind === each && <Progress className="z-papers-sending" percent={sending.percent} size="small" aria-label="上传进度" />}
            </span>
            {own.map((paper) => (
              <span key={paper.id} className="z-inline z-papers-file">
                <Button type="link" size="small" onClick={() => open.mutate(paper.id)}>{paper.fileName}</Button>
                <span className="z-muted">{paper.by}</span>
                {may && paper.removable && (
                  <Popconfirm title={`删除材料“${paper.fileName}”？`} okText="删除" cancelText="取消" onConfirm={() => remove.mutate(paper.id)}>
                    <Button type="link" size="small" aria-label={`删除材料 ${paper.fileName}`}>删除</Button>
                  </Popconfirm>
                )}
              </span>
            ))}
          </li>
        )
      })}
      <li hidden>
        <input ref={input} type="file" accept={ACCEPT} hidden onChange={(event) => {
          const chosen = event.target.files?.[0]
          event.target.value = ''
          if (chosen) void send(chosen)
        }} />
      </li>
    </ul>
  )
}
