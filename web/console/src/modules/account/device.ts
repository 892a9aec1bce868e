const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, '微信'], [/DingTalk/, '钉钉'], [/AlipayClient/, '支付宝'], [/Edg\//, 'Edge 浏览器'],
  [/QQBrowser/, 'QQ 浏览器'], [/360SE|QIHU|QHBrowser/, '360 浏览器'], [/UCBrowser|UCWEB/, 'UC 浏览器'], [/Firefox\//, '火狐浏览器'],
  [/Chrome\//, 'Chrome 浏览器'], [/Safari\//, 'Safari 浏览器'],
]
const MACHINES: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, '鸿蒙设备'], [/iPhone/, 'iPhone 手机'], [/iPad/, 'iPad 平板'], [/Android.*Mobile/, '安卓手机'], [/Android/, '安卓平板'],
  [/Windows/, 'Windows 电脑'], [/Mac OS X/, '苹果电脑'], [/Linux/, 'Linux 电脑'],
]

const first = (list: [RegExp, string][], agent: string) => list.find(([sign]) => sign.test(agent))?.[1]

/** A device as people call it, from what its browser says of itself; the plain text when that tells nothing. */
export function deviceName(agent: string): string {
  return [first(BROWSERS, agent), first(MACHINES, agent)].filter(Boolean).join(' · ') || agent || '未知设备'
}
