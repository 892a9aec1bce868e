import Taro from '@tarojs/taro'
import { RequestError } from '@zhibu/api/errors'
import type { MeetingFixInput } from '@zhibu/api/generated'
import { isWeb } from '.'
import { wordsOf, type Cause } from './cause'

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
