import { UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import { useRef, useState } from 'react'
import type { useUpload } from './use-upload'

const XLSX = '.xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Takes one workbook by choosing or dragging it, and shows how it gets to the server. */
export function FileDrop({ upload: { sending, send, cancel } }: { upload: ReturnType<typeof useUpload> }) {
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  if (sending && sending.fault === undefined) {
    return (
      <div className="z-drop" role="status">
        <p>正在上传“{sending.name}”</p>
        <Progress percent={sending.percent} status="active" aria-label="上传进度" />
        <Button onClick={cancel}>取消上传</Button>
        <p className="z-muted">可以关闭此窗口，上传会继续；请不要关闭或刷新浏览器页面。</p>
      </div>
    )
  }
  return (
    <>
      {sending?.fault && <Alert className="z-gap-bottom" type="error" showIcon role="alert" title={sending.fault} />}
      <div
        className={`z-drop${over ? ' z-drop--over' : ''}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true) }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          const file = event.dataTransfer.files[0]
          if (file) send(file)
        }}
      >
        <p>把文件拖到这里，或者</p>
        <Button type="primary" icon={<UploadOutlined aria-hidden />} onClick={() => input.current?.click()}>选择文件</Button>
        <input ref={input} type="file" hidden aria-label="要导入的文件" accept={`${XLSX},.xls,.csv`} onChange={(event) => {
          const file = event.target.files?.[0]
          // Chosen once more after a correction, it is the same name and still a new file.
          event.target.value = ''
          if (file) send(file)
        }} />
        <p className="z-muted">只支持 .xlsx 文件，不超过 30 MB、10 万行</p>
      </div>
    </>
  )
}
