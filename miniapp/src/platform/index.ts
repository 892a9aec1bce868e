import Taro from '@tarojs/taro'
import { RequestError } from '@zhibu/api/errors'
import type { MiniPhoneInput, MiniPlatform } from '@zhibu/api/generated'

/** Where this bundle runs, as the server calls it. */
export const platform: MiniPlatform =
  process.env.TARO_ENV === 'weapp' ? 'WECHAT' : process.env.TARO_ENV === 'alipay' ? 'ALIPAY' : process.env.TARO_ENV === 'dd' ? 'DINGTALK' : 'H5'

export const platformNames: Record<MiniPlatform, string> = { WECHAT: '微信', ALIPAY: '支付宝', DINGTALK: '钉钉', H5: '手机网页' }

/** A web page: cookies instead of tokens, and no login code. */
export const isWeb = process.env.TARO_ENV === 'h5'

/** What a platform gives for signing in. */
export interface LoginCode { code: string; corp?: string }

/** Asks the platform who uses it; a code that the server exchanges. A web page has none. */
export async function loginCode(): Promise<LoginCode | null> {
  if (process.env.TARO_ENV === 'weapp') return { code: (await Taro.login()).code }
  if (process.env.TARO_ENV === 'alipay') {
    const answer = (await Taro.login()) as unknown as { authCode?: string; code?: string }
    return { code: answer.authCode ?? answer.code ?? '' }
  }
  if (process.env.TARO_ENV === 'dd') {
    const { authCode } = await new Promise<{ authCode: string }>((success, fail) => dd.getAuthCode({ success, fail }))
    return { code: authCode, corp: dd.corpId }
  }
  return null
}

/** How a button of this platform tells the number: as the button's `openType`; none where there is no such button. */
export const phoneButton: { openType: 'getPhoneNumber' | 'getAuthorize'; scope?: 'phoneNumber' } | null =
  process.env.TARO_ENV === 'weapp' ? { openType: 'getPhoneNumber' }
    : process.env.TARO_ENV === 'alipay' ? { openType: 'getAuthorize', scope: 'phoneNumber' } : null

/** The number as the pressed button tells it to the server; null when the person refused. */
export async function phoneOf(event: { detail?: { code?: string } }): Promise<MiniPhoneInput | null> {
  if (process.env.TARO_ENV === 'weapp') {
    const code = event.detail?.code
    return code ? { wechat: code } : null
  }
  if (process.env.TARO_ENV === 'alipay') {
    const { response } = await new Promise<{ response: string }>((success, fail) => my.getPhoneNumber({ success, fail }))
    const sealed = JSON.parse(response) as { response: string; sign: string; sign_type?: string; encrypt_type?: string; charset?: string }
    return {
      alipay: { response: sealed.response, sign: sealed.sign, signType: sealed.sign_type, encryptType: sealed.encrypt_type, charset: sealed.charset },
    }
  }
  return null
}

/** A photo taken or chosen on this phone. */
export interface Photo { path: string; name: string; size: number }

/** Takes or chooses one photo; null when the person gave up. */
export async function takePhoto(): Promise<Photo | null> {
  const answer = await Taro.chooseImage({ count: 1, sizeType: ['compressed'], sourceType: ['camera', 'album'] }).catch((cause: { errMsg?: string; errorMessage?: string }) => {
    if (/cancel|取消/i.test(cause.errMsg ?? cause.errorMessage ?? '')) return null
    throw new RequestError('UPLOAD', '没有得到照片。请允许使用相机和相册，或换一张照片再试。')
  })
  if (!answer) return null
  const path = answer.tempFilePaths?.[0] ?? (answer as { filePaths?: string[] }).filePaths?.[0]
  if (!path) throw new RequestError('UPLOAD', '这张照片无法读取，请换一张或重新拍照')
  const file = answer.tempFiles?.[0] as { size?: number; type?: string; originalFileObj?: { name: string } } | undefined
  const png = file?.type === 'image/png' || /\.png$/i.test(path)
  const size = file?.size ?? (await sizeOf(path))
  return { path, name: file?.originalFileObj?.name ?? `照片.${png ? 'png' : 'jpg'}`, size }
}

/** Alipay and DingTalk do not say how large a photo is. */
const sizeOf = (path: string): Promise<number> => new Promise((resolve, reject) => {
  void Taro.getFileInfo({ filePath: path, success: (answer) => resolve('size' in answer ? answer.size : 0), fail: () => reject(new RequestError('UPLOAD', '照片无法读取，请重新选择')) })
})

/** Sends a file as its ticket allows: phones post forms, which the server passes on to the store. */
export async function upload(ticket: { url: string; contentType: string; length: number }, filePath: string, progress?: (percent: number) => void): Promise<void> {
  const query = `link=${encodeURIComponent(ticket.url)}&type=${encodeURIComponent(ticket.contentType)}&length=${ticket.length}`
  // Alipay wants to know the kind of file; the others take no notice.
  const given = { url: `${ZHIBU_SERVER}/uploads?${query}`, filePath, name: 'file', ...(isWeb ? { fileName: 'file' } : { fileType: 'image' as const }) }
  const sending = Taro.uploadFile(given)
  if (progress) sending.progress?.((sent) => progress(sent.progress))
  const answer = await sending.catch(() => { throw new RequestError('NETWORK', '网络不通或信号不好，照片没有传上去，请重试') })
  if (answer.statusCode >= 300) throw new RequestError('UPLOAD', '文件没有传上去，请重试')
}
