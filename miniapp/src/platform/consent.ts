import Taro from '@tarojs/taro'
import { RequestError } from '@zhibu/api/errors'
import { wordsOf, type Cause } from './cause'

/** Whether this platform wants each message agreed to beforehand: WeChat does. */
export const wantsConsent = process.env.TARO_ENV === 'weapp'

/** Asks by WeChat's own dialog; to be called by a touch and nothing before. Gives what was answered to each template. */
export async function askConsent(templates: string[]): Promise<Record<string, unknown>> {
  const asked = { tmplIds: templates } as Parameters<typeof Taro.requestSubscribeMessage>[0]
  const answer = await Taro.requestSubscribeMessage(asked).catch((cause: Cause & { errCode?: number }) => {
    if (cause.errCode === 20004 || /main switch|20004/i.test(wordsOf(cause))) throw new RequestError('CONSENT', '您在微信里关闭了本小程序的通知。请点右上角“…”，进入“设置”，打开“通知管理”，再回来点一次。')
    throw new RequestError('CONSENT', '微信没有弹出询问，请稍后再点一次')
  })
  return answer as unknown as Record<string, unknown>
}
