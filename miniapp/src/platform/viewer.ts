import Taro from '@tarojs/taro'
import { RequestError } from '@zhibu/api/errors'

const PICTURE = /\.(jpe?g|png)$/i

/** Opens a file of the server: pictures in a viewer, papers by what the phone has for them. */
export async function openLink(url: string, fileName: string): Promise<void> {
  if (process.env.TARO_ENV === 'h5') {
    // Pictures from elsewhere the page's policy would not show.
    const own = !/^https?:/.test(url) || url.startsWith(`${window.location.origin}/`)
    if (own && PICTURE.test(fileName)) show(url, fileName)
    else window.location.assign(url)
    return
  }
  const address = /^https?:/.test(url) ? url : `${ZHIBU_SERVER}${url}`
  if (PICTURE.test(fileName)) {
    await Taro.previewImage({ urls: [address], current: address })
    return
  }
  try {
    const { tempFilePath } = await Taro.downloadFile({ url: address })
    await Taro.openDocument({ filePath: tempFilePath, fileType: fileName.split('.').pop()?.toLowerCase() as 'pdf', showMenu: true })
  } catch {
    throw new RequestError('OPEN', '这个文件在手机上打不开，请在电脑上查看')
  }
}

/** A picture over the page of a browser; Taro's own viewer would weigh as much as all the rest. */
function show(url: string, fileName: string): void {
  const ground = document.createElement('button')
  ground.className = 'viewer'
  ground.type = 'button'
  ground.setAttribute('aria-label', `${fileName}，点一下关闭`)
  const picture = document.createElement('img')
  picture.src = url
  picture.alt = fileName
  const words = document.createElement('span')
  words.textContent = '点一下关闭'
  ground.append(picture, words)
  ground.addEventListener('click', () => ground.remove())
  window.addEventListener('hashchange', () => ground.remove(), { once: true })
  document.body.append(ground)
  ground.focus()
}
