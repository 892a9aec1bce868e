import { gone, needs, walk } from '../meetings.mjs'

export { needs }
export { person } from '../enter.mjs'

/** M-2.1: signed in by the place of the meeting, after the permission was refused once. */
export default async function meetingPlace({ mini, target, until, check }) {
  const { id, detail } = await walk({ mini, target, until }, 'place')
  mini.tap(detail, '定位签到')
  const at = await until('签到页', () => gone(mini, 'pkg-meeting/sign'))
  check(at.query.m === id && at.query.by === 'place', '签到页拿到的会议不对')
  mini.close(detail)
  const sign = mini.open(at.path, at.query)
  await until('说明', () => mini.text(sign).includes('我在会场，签到'))
  check(!mini.calls.includes('getLocation'), '没有点按钮就定位了')
  mini.place = null
  mini.tap(sign, '我在会场，签到')
  await until('没有权限', () => mini.text(sign).includes('没有定位权限'))
  if (target !== 'dd') {
    mini.tap(sign, '去设置')
    await until('设置', () => mini.calls.includes('openSetting'))
  }
  // As Chinese maps have it: taken for WGS-84 it would lie 500 metres away.
  mini.place = { latitude: 32.058, longitude: 118.802, accuracy: 15 }
  mini.tap(sign, '重新定位')
  await until('签到成功', () => mini.text(sign).includes('签到成功'))
  mini.close(sign)
}
