import Taro from '@tarojs/taro'
import { RequestError } from '@zhibu/api/errors'
import { isWeb } from '.'
import { wordsOf, type Cause } from './cause'

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
