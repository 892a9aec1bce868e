import type { PictureSlot, ShownPictureFieldsFragment } from '@zhibu/api'
import { Alert, Button, Popconfirm, Progress } from 'antd'
import { useRef, type ReactNode } from 'react'
import { Section } from '../../../kit/detail-drawer'
import { usePermission } from '../../../kit/permissions'
import { instant } from '../../../kit/words'
import { sizeWords } from './picture-file'
import { usePicture } from './use-picture'
import { Preview, type Frame } from './preview'

interface PictureCardProps {
  slot: PictureSlot
  title: string
  /** What to upload for it. */
  hint: string
  frame: Frame
  shown: ShownPictureFieldsFragment | null
  /** What the upload button says while there is none. */
  add?: string
  children?: ReactNode
}

/** One place for a picture: how it looks there, the way to another one, and back to the default. */
export function PictureCard({ slot, title, hint, frame, shown, add = '上传图片', children }: PictureCardProps) {
  const input = useRef<HTMLInputElement>(null)
  const may = usePermission('tenant.settings')
  const { sending, send, cancel, clear } = usePicture(slot, title)
  const busy = sending !== null && sending.fault === undefined
  return (
    <Section title={title}>
      <div className="z-picture">
        <Preview frame={frame} url={shown ? (frame === 'screen' || frame === 'home' ? shown.wideUrl : shown.narrowUrl) : null} title={title} />
        <div>
          <p className="z-muted">{hint}</p>
          {shown
            ? <p>{shown.fileName}<br /><span className="z-muted">{shown.width}×{shown.height}，{sizeWords(shown.fileSize)}；{shown.by} 于 {instant(shown.at)} 上传</span></p>
            : <p>目前使用默认图片</p>}
          {busy && <div className="z-picture-sending" role="status"><Progress percent={sending.percent} aria-label="上传进度" />{sending.percent < 100 ? '正在上传…' : '正在检查图片…'}</div>}
          {sending?.fault !== undefined && <Alert type="error" showIcon title={sending.fault} className="z-gap-bottom" />}
          {may && (
            <div className="z-inline">
              <input ref={input} type="file" accept=".jpg,.jpeg,.png" hidden data-testid={slot} onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                if (file) send(file)
              }} />
              <Button type={shown ? 'default' : 'primary'} disabled={busy} aria-label={`${shown ? '更换' : add}：${title}`} onClick={() => input.current?.click()}>{shown ? '更换' : add}</Button>
              {busy && <Button onClick={cancel}>取消</Button>}
              {shown && !busy && (
                <Popconfirm title={`${title}恢复为默认图片？`} okText="恢复默认" cancelText="取消" onConfirm={() => clear.mutate(undefined)}>
                  <Button loading={clear.isPending} aria-label={`恢复默认：${title}`}>恢复默认</Button>
                </Popconfirm>
              )}
            </div>
          )}
          {children}
        </div>
      </div>
    </Section>
  )
}
