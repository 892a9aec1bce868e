import { Alert, App, Button } from 'antd'
import { copyText, saveText } from '../../../kit/clipboard'

/** The plain codes, which are shown this once. */
export function IssuedCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { message } = App.useApp()
  const text = codes.join('\n')
  return (
    <div>
      <Alert className="z-gap-bottom" type="warning" showIcon title="激活码明文只显示这一次，关闭后无法再次查看，请立即复制或下载保存。" />
      <div className="z-actions z-actions--start">
        <Button type="primary" onClick={() => void copyText(text).then((done) => (done ? message.success(`已复制 ${codes.length} 个激活码`) : message.error('复制失败，请手工选择复制')))}>全部复制</Button>
        <Button onClick={() => saveText(`激活码-${new Date().toISOString().slice(0, 10)}.txt`, `${text}\n`)}>下载为文本文件</Button>
        <Button onClick={onDone}>完成</Button>
      </div>
      <ol className="z-codes" aria-label="激活码明文" tabIndex={0}>
        {codes.map((code) => <li key={code}>{code}</li>)}
      </ol>
    </div>
  )
}
