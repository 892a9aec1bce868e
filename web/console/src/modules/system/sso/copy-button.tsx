import { App, Button } from 'antd'
import { copyText } from '../../../kit/clipboard'

/** Copies a text and says so. */
export function CopyButton({ what, text }: { what: string; text: string }) {
  const { message } = App.useApp()
  const copy = () => void copyText(text).then((done) => (done ? message.success(`已复制${what}`) : message.error('复制失败，请手工选择复制')))
  return <Button size="small" aria-label={`复制${what}`} onClick={copy}>复制</Button>
}
