import { errorWords } from '@zhibu/api'
import { RequestError } from '../../net/errors'

const UNSENT = '文件没有上传成功。请检查网络；如果文件正在 Excel 或 WPS 中打开，请先保存并关闭，再重新选择'

/** Puts a file at a signed link and tells how many hundredths of it are there. */
export function putFile(url: string, file: Blob, contentType: string, tell: (percent: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    const end = (cause?: Error) => {
      signal.removeEventListener('abort', stop)
      if (cause) reject(cause)
      else resolve()
    }
    request.open('PUT', url)
    request.setRequestHeader('content-type', contentType)
    request.upload.onprogress = ({ loaded, total }) => tell(total > 0 ? Math.floor((loaded * 100) / total) : 0)
    request.onload = () => end(request.status < 300 ? undefined : new RequestError('IMPORT_FILE', errorWords.IMPORT_FILE ?? ''))
    request.onerror = () => end(new RequestError('NETWORK', UNSENT))
    request.onabort = () => end(new DOMException('cancelled', 'AbortError'))
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    else request.send(file)
  })
}
