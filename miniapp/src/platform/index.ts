import Taro from '@tarojs/taro'
import { RequestError } from '@zhibu/api/errors'
import type { MeetingFixInput, MiniPhoneInput, MiniPlatform } from '@zhibu/api/generated'

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

/** Whether this program can read a code by itself; a web page cannot, but the phone's camera opens the link of a code. */
export const canScan = !isWeb

/** Reads a code with the camera; null when the person gave up. */
export async function scan(): Promise<string | null> {
  // Alipay and DingTalk call what they read otherwise.
  const answer = (await Taro.scanCode({ onlyFromCamera: true, scanType: ['qrCode'] }).catch((cause: Cause) => {
    if (/cancel|取消/i.test(wordsOf(cause)) || cause.error === 10 || cause.error === 11) return null
    throw new RequestError('SCAN', '没有打开相机。请在手机设置里允许使用相机后再试。')
  })) as { result?: string; code?: string; text?: string; qrCode?: string } | null
  return answer ? answer.result ?? answer.qrCode ?? answer.code ?? answer.text ?? '' : null
}

interface Cause { errMsg?: string; errorMessage?: string; message?: string; code?: number; error?: number }
const wordsOf = (cause: Cause): string => cause.errMsg ?? cause.errorMessage ?? cause.message ?? ''

/** Where the phone is. Refused by its owner: `PLACE_FORBIDDEN`. */
export async function whereAmI(): Promise<MeetingFixInput> {
  const refused = (cause: Cause): never => {
    if (cause.code === 1 || cause.error === 2001 || /deny|denied|auth|authorize|授权|permission/i.test(wordsOf(cause))) throw new RequestError('PLACE_FORBIDDEN', '您没有允许使用手机的位置')
    throw new RequestError('PLACE', '没有得到位置。请打开手机的定位服务，到窗边再试一次。')
  }
  if (process.env.TARO_ENV === 'h5') {
    // Without https a browser tells nobody where it is.
    if (!navigator.geolocation || !window.isSecureContext) throw new RequestError('PLACE', '这个浏览器不能定位，请扫码签到')
    const { coords } = await new Promise<GeolocationPosition>((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 0 })).catch(refused)
    return { latitude: coords.latitude, longitude: coords.longitude, frame: 'WGS84', accuracy: coords.accuracy }
  }
  const options = { type: 'gcj02', isHighAccuracy: true, highAccuracyExpireTime: 5_000, ...(process.env.TARO_ENV === 'dd' ? { targetAccuracy: 100, coordinate: 1 } : {}) }
  const place = await Taro.getLocation(options as Parameters<typeof Taro.getLocation>[0]).catch(refused)
  return { latitude: Number(place.latitude), longitude: Number(place.longitude), frame: 'GCJ02', accuracy: Number(place.accuracy) }
}

/** The program's settings, where a refused permission is given after all; false where there is no such page. */
export async function openSettings(): Promise<boolean> {
  if (isWeb || process.env.TARO_ENV === 'dd') return false
  return Taro.openSetting().then(() => true, () => false)
}

/** Opens a file of the server: pictures by the phone's viewer, papers by what it has for them. */
export async function openLink(url: string, fileName: string): Promise<void> {
  const address = /^https?:/.test(url) ? url : `${ZHIBU_SERVER}${url}`
  // Pictures from elsewhere the page's policy would not show.
  const own = !isWeb || !/^https?:/.test(url) || url.startsWith(`${window.location.origin}/`)
  if (own && /\.(jpe?g|png)$/i.test(fileName)) {
    await Taro.previewImage({ urls: [address], current: address })
    return
  }
  if (isWeb) {
    window.location.assign(address)
    return
  }
  try {
    const { tempFilePath } = await Taro.downloadFile({ url: address })
    await Taro.openDocument({ filePath: tempFilePath, fileType: fileName.split('.').pop()?.toLowerCase() as 'pdf', showMenu: true })
  } catch {
    throw new RequestError('OPEN', '这个文件在手机上打不开，请在电脑上查看')
  }
}
