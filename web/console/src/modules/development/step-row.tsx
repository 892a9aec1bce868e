import { KeepDevelopmentDocumentDocument, OpenDevelopmentDocumentDocument, RemoveDevelopmentDocumentDocument, RequestDevelopmentDocumentDocument, UndoStepDocument, type DevelopmentDetailFragment } from '@zhibu/api'
import { CheckCircleFilled, ClockCircleOutlined, LockOutlined, PaperClipOutlined } from '@ant-design/icons'
import { App, Button, Popconfirm, Progress } from 'antd'
import { useRef, useState } from 'react'
import { putFile } from '../../kit/exchange/put-file'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { useAction } from '../../kit/use-action'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import type { Guide } from './case-page'

type Look = DevelopmentDetailFragment['steps'][number]
type Paper = DevelopmentDetailFragment['documents'][number]
/** What may be uploaded. */
export const ACCEPT = '.pdf,.jpg,.jpeg,.png,.docx,.doc,.xlsx'
const LARGEST = 20 * 1024 * 1024

interface StepRowProps {
  guide: Guide
  look: Look
  file: DevelopmentDetailFragment
  word: (kind: string, code: string) => string
  onAct: () => void
  onTaken: (file: DevelopmentDetailFragment) => void
}

const MARKS = { DONE: CheckCircleFilled, OPEN: ClockCircleOutlined, CLOSED: LockOutlined }
const STATES = { DONE: '已完成', OPEN: '可办理', CLOSED: '暂不能办理' }

/** One of the 25 steps: what was done, or what is missing, when it is legal and why it is closed; its papers. */
export function StepRow({ guide, look, file, word, onAct, onTaken }: StepRowProps) {
  const Mark = MARKS[look.state]
  const confirm = useConfirmDanger()
  const current = file.case.step === look.no
  const papers = file.documents.filter((paper) => paper.step === look.no && !paper.past)
  const undo = () => confirm({
    title: `撤销第 ${look.no} 步“${guide.title}”？`, content: '撤销后材料保留，可以重新登记。此操作记入办理经过。', okText: '撤销', reason: '撤销原因',
    work: async (reason) => onTaken((await ask(UndoStepDocument, { id: file.case.id, version: file.case.version, step: look.no, reason })).development.undo),
  })
  return (
    <li className={`z-step z-step--${look.state.toLowerCase()}${current ? ' z-step--now' : ''}`} aria-label={`第${look.no}步 ${guide.title}`}>
      <Mark aria-hidden className="z-step-mark" />
      <div className="z-step-body">
        <p className="z-step-head">
          <b>{look.no}. {guide.title}</b>
          <span className={`z-tag z-tag--${look.state === 'DONE' ? 'ok' : look.state === 'OPEN' ? 'info' : 'off'}`}>{STATES[look.state]}</span>
          {look.overdue && <span className="z-tag z-tag--bad">已超期</span>}
          <span className="z-muted">{guide.actor}{guide.basis && ` · ${guide.basis}`}</span>
        </p>
        {look.on
          ? <p>{day(look.on)} 办理{look.given.length > 0 && `：${look.given.join('；')}`}</p>
          : (
            <>
              {(look.earliest ?? look.latest) && <p className="z-muted">{look.earliest && `最早 ${day(look.earliest)}`}{look.earliest && look.latest && '，'}{look.latest && `最迟 ${day(look.latest)}${look.hard ? '（规定期限）' : ''}`}</p>}
              {look.closed.length > 0 && <ul className="z-closed">{look.closed.map((why) => <li key={why}>{why}</li>)}</ul>}
            </>
          )}
        <Papers {...{ guide, look, file, word, papers, onTaken }} />
        {look.mine && look.state === 'OPEN' && !current && <Button size="small" onClick={onAct}>登记</Button>}
        {file.undoable === look.no && <Button size="small" onClick={undo}>撤销此步</Button>}
      </div>
    </li>
  )
}

type PapersProps = Omit<StepRowProps, 'onAct'> & { papers: Paper[] }

/** The papers a step needs and has; several of a kind may be there. */
export function Papers({ look, file, word, papers, onTaken }: PapersProps) {
  const { message } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const kind = useRef('')
  const [sending, setSending] = useState<{ kind: string; percent: number } | null>(null)
  const remove = useAction(async (id: string) => onTaken((await ask(RemoveDevelopmentDocumentDocument, { id })).development.removeDocument), { success: '材料已删除' })
  const open = useAction(async (id: string) => {
    const { url, fileName } = (await ask(OpenDevelopmentDocumentDocument, { id })).development.openDocument
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = fileName
    anchor.click()
  })
  if (look.documents.length === 0) return null
  const may = look.mine && file.case.closedAt === null
  async function send(chosen: File): Promise<void> {
    if (chosen.size === 0 || chosen.size > LARGEST) return void message.error(chosen.size === 0 ? '这是空文件，请重新选择' : '文件超过 20MB，请缩小后再上传')
    const sent = kind.current
    setSending({ kind: sent, percent: 0 })
    try {
      const { id, url, contentType } = (await ask(RequestDevelopmentDocumentDocument, {
        id: file.case.id, input: { step: look.no, kind: sent, fileName: chosen.name, size: chosen.size },
      })).development.requestDocument
      await putFile(url, chosen, contentType, (percent) => setSending({ kind: sent, percent }), new AbortController().signal)
      onTaken((await ask(KeepDevelopmentDocumentDocument, { id })).development.keepDocument)
      void message.success('材料已上传')
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    } finally {
      setSending(null)
    }
  }
  return (
    <ul className="z-papers" aria-label={`第${look.no}步材料`}>
      {look.documents.map((each) => {
        const own = papers.filter((paper) => paper.kind === each)
        const label = word('development_doc', each)
        return (
          <li key={each}>
            <span className="z-inline">
              <PaperClipOutlined aria-hidden />{label}
              {own.length === 0 && <span className="z-tag z-tag--warn">缺</span>}
              {may && (
                <Button type="link" size="small" disabled={sending !== null} aria-label={`${own.length > 0 ? '补充' : '上传'}：第${look.no}步${label}`}
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
        <input ref={input} type="file" accept={ACCEPT} hidden data-testid={`paper-${look.no}`} onChange={(event) => {
          const chosen = event.target.files?.[0]
          event.target.value = ''
          if (chosen) void send(chosen)
        }} />
      </li>
    </ul>
  )
}
