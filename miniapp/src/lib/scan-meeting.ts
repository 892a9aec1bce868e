import Taro from '@tarojs/taro'
import { errorSentence } from '@zhibu/api/errors'
import { canScan, scan } from '@/platform/scan'
import { open } from './navigate'
import { signCode } from './sign-code'

/** 扫一扫 (M-9.6): the code of a meeting leads to its sign-in; `replace` when the page that scans is the sign-in itself. */
export async function scanMeeting(say: (problem: string | null) => void, replace = false): Promise<void> {
  say(null)
  if (!canScan) {
    await Taro.showModal({ title: '怎样扫码签到', content: '请打开手机的相机，对准会场大屏幕上的二维码，点屏幕上弹出的链接。', showCancel: false, confirmText: '知道了', confirmColor: '#b8151b' })
    return
  }
  try {
    const text = await scan()
    if (text === null) return
    const found = signCode(text)
    if (!found) return say('这不是会议的签到码。请扫描会场大屏幕上的二维码。')
    const path = `/pkg-meeting/sign/index?m=${found.meeting}&c=${encodeURIComponent(found.code)}`
    if (replace) void Taro.redirectTo({ url: path })
    else open(path)
  } catch (cause) {
    say(errorSentence(cause))
  }
}
