import { control } from './emulator.mjs'

const NAMES = { weapp: 'wechat', alipay: 'alipay', dd: 'dingtalk' }
const WORDS = { weapp: '微信', alipay: '支付宝', dd: '钉钉' }
/** A member of the server's tenant; `ZHIBU_MOBILE` is his number. */
const mobile = process.env.ZHIBU_MOBILE

/** Needs the emulator of the platforms (`ZHIBU_EMULATOR`), at which the server asks. */
export const needs = ['ZHIBU_EMULATOR', 'ZHIBU_MOBILE']

/** The member at a platform. */
export async function person(target) {
  const platform = NAMES[target]
  const { corp } = await control('accounts')
  await control('people', { mobile })
  const [login, phone] = [await control('codes', { platform, mobile }), await control('phone', { platform, mobile })]
  return { code: () => login.code, corp, phone: () => phone }
}

/** Agrees, signs in, and binds by the platform's number when it is the first time. */
export async function enter({ mini, target, until }) {
  const login = mini.open('pages/login/index')
  await until('政策', () => mini.text(login).includes('版本'))
  mini.tap(login, '同意并继续')
  await until('登录按钮', () => mini.text(login).includes(`${WORDS[target]}登录`))
  mini.tap(login, `${WORDS[target]}登录`)
  await until('绑定或首页', () => mini.seen.routes.some(({ kind }) => kind === 'switchTab') || mini.text(login).includes('绑定账号'))
  if (!mini.seen.routes.some(({ kind }) => kind === 'switchTab')) {
    if (target === 'dd') mini.tap(login, '绑定并登录')
    else mini.phone(login, `用${WORDS[target]}的手机号绑定`)
  }
  await until('首页', () => mini.seen.routes.some(({ kind, url }) => kind === 'switchTab' && url.includes('home')))
  mini.close(login)
}
