import { MeetingFileToLibraryDocument, OpenMeetingFileDocument, RemoveMeetingFileDocument, type MeetingFileKind, type MeetingFullFragment, type MeetingPaperFragment } from '@zhibu/api'
import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm, Progress, Switch } from 'antd'
import { useRef, useState } from 'react'
import { Section } from '../../kit/detail-drawer'
import { EmptyState } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import type { Taking } from './meeting-page'
import { giveUp, send, unfinished, useSendings, type Sending } from './uploads'
import { meetingFileKinds } from './words'

const MB = 1024 * 1024
type Sent = Exclude<MeetingFileKind, 'RECORDING'>
const RULES: Record<Sent, { accept: string; largest: number; words: string }> = {
  MATERIAL: { accept: '.pdf,.jpg,.jpeg,.png,.docx,.doc,.xlsx', largest: 20 * MB, words: 'PDF、图片、Word 或 Excel，每个不超过 20MB' },
  PHOTO: { accept: '.jpg,.jpeg,.png', largest: 20 * MB, words: 'jpg 或 png，每张不超过 20MB' },
  VIDEO: { accept: '.mp4,.m4v,.mov', largest: 500 * MB, words: 'mp4 或 mov，每个不超过 500MB；网络中断后自动续传' },
}
const GROUPS: MeetingFileKind[] = ['MATERIAL', 'PHOTO', 'VIDEO', 'RECORDING']
const STATES: Record<Sending['state'], string> = { sending: '正在上传', waiting: '网络中断，正在等待网络恢复…', checking: '正在核对文件…', broken: '' }

/** How large a file is, in words. */
export const sized = (bytes: number): string => (bytes >= MB ? `${(bytes / MB).toFixed(1)}MB` : `${Math.max(1, Math.round(bytes / 1024))}KB`)

/** 材料影像 */
export function Files({ one, onTaken }: Taking) {
  const { id, state } = one.meeting
  const adds = one.manages && state !== 'CANCELLED'
  const queries = useQueryClient()
  const sendings = useSendings(id)
  // What comes after this tab was left is still taken, by the cache.
  const done = (next: MeetingFullFragment) => { queries.setQueryData(['meeting', 'one', id], next) }
  const [, look] = useState(0)
  const stopped = adds ? unfinished(id).filter(({ key }) => !sendings.some((sending) => sending.key === key)) : []
  return (
    <>
      {stopped.length > 0 && (
        <section className="z-notice z-notice--info" aria-label="未完成的上传">
          <div>
            <b>有未完成的视频上传</b>
            {stopped.map((each) => (
              <p key={each.key}>
                {each.name}（{sized(each.size)}）：请在“视频”处重新选择同一个文件，从中断处继续。
                <Button type="link" size="small" onClick={() => void giveUp(each).then(() => look((now) => now + 1))}>放弃</Button>
              </p>
            ))}
          </div>
        </section>
      )}
      {GROUPS.map((kind) => {
        const files = one.files.filter((file) => file.kind === kind)
        if (kind === 'RECORDING' && files.length === 0) return null
        return (
          <Section key={kind} title={meetingFileKinds[kind].label} extra={adds && kind !== 'RECORDING' && <Adding meeting={id} kind={kind} done={done} />}>
            {sendings.filter((each) => each.kind === kind).map((each) => <Progressing key={each.key} sending={each} done={done} />)}
            {files.length === 0 && !sendings.some((each) => each.kind === kind)
              ? <EmptyState text={`还没有${meetingFileKinds[kind].label}${adds && kind !== 'RECORDING' ? `；可上传${RULES[kind].words}` : ''}`} />
              : files.length > 0 && <ul className="z-rows" aria-label={meetingFileKinds[kind].label}>{files.map((file) => <li key={file.id}><Row file={file} manages={one.manages} onTaken={onTaken} /></li>)}</ul>}
          </Section>
        )
      })}
      {adds && <p className="z-muted">涉密文件不得上传。打开文件会留下记录。</p>}
    </>
  )
}

function Adding({ meeting, kind, done }: { meeting: string; kind: Sent; done: (next: MeetingFullFragment) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const { message } = App.useApp()
  const { accept, largest } = RULES[kind]
  const label = meetingFileKinds[kind].label
  const choose = (file: File) => {
    if (file.size === 0) return void message.error(`${file.name} 是空文件，请重新选择`)
    if (file.size > largest) return void message.error(`${file.name} 超过 ${largest / MB}MB，请缩小后再上传`)
    void send(meeting, kind, file, (next) => { done(next); void message.success(`${file.name} 已上传`) })
  }
  return (
    <>
      <Button icon={<UploadOutlined aria-hidden />} aria-label={`上传${label}`} onClick={() => input.current?.click()}>上传</Button>
      <input ref={input} type="file" hidden multiple={kind !== 'VIDEO'} accept={accept} data-testid={`upload-${kind}`} onChange={(event) => {
        const files = [...(event.target.files ?? [])]
        event.target.value = ''
        for (const file of files) choose(file)
      }} />
    </>
  )
}

function Progressing({ sending, done }: { sending: Sending; done: (next: MeetingFullFragment) => void }) {
  const { file, percent, state, fault } = sending
  return (
    <div className="z-meeting-sending" role="group" aria-label={`上传 ${file.name}`}>
      <p className="z-inline"><span>{file.name}</span><span className="z-muted">{sized(file.size)}</span><span role="status" className={state === 'broken' ? 'z-tag z-tag--bad' : 'z-muted'}>{fault && state === 'broken' ? fault : STATES[state]}</span></p>
      <Progress percent={percent} size="small" status={state === 'broken' ? 'exception' : 'active'} format={(value) => `${value ?? 0}%`} aria-label={`${file.name}的上传进度`} />
      <p className="z-inline">
        {state === 'broken' && <Button size="small" type="primary" onClick={() => void send(sending.meeting, sending.kind, file, done)}>继续上传</Button>}
        {state !== 'checking' && <Button size="small" onClick={() => void giveUp(sending)}>取消上传</Button>}
      </p>
    </div>
  )
}

function Row({ file, manages, onTaken }: { file: MeetingPaperFragment; manages: boolean; onTaken: (next: MeetingFullFragment) => void }) {
  const open = useAction(async () => {
    const { url, fileName } = (await ask(OpenMeetingFileDocument, { id: file.id })).meeting.openFile
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = fileName
    anchor.click()
  })
  const remove = useAction(async () => (await ask(RemoveMeetingFileDocument, { id: file.id })).meeting.removeFile, { success: '已删除', done: onTaken })
  const share = useAction(async (on: boolean) => (await ask(MeetingFileToLibraryDocument, { id: file.id, on })).meeting.fileToLibrary, { done: onTaken })
  return (
    <>
      <span className="z-inline">
        <PaperClipOutlined aria-hidden />
        <Button type="link" size="small" className="z-meeting-file" loading={open.isPending} onClick={() => open.mutate(undefined)}>{file.fileName}</Button>
        <span className="z-muted">{sized(file.size)} · {file.addedBy}，{instant(file.addedAt)}</span>
      </span>
      <span className="z-inline">
        {manages && file.kind !== 'MATERIAL' && (
          <label className="z-inline"><Switch size="small" checked={file.library} loading={share.isPending} aria-label={`同步到资料库：${file.fileName}`} onChange={(on) => share.mutate(on)} />同步到资料库</label>
        )}
        {manages && (
          <Popconfirm title={`删除“${file.fileName}”？`} description="删除后不能恢复" okText="删除" cancelText="取消" onConfirm={() => remove.mutate(undefined)}>
            <Button size="small" aria-label={`删除 ${file.fileName}`}>删除</Button>
          </Popconfirm>
        )}
      </span>
    </>
  )
}
