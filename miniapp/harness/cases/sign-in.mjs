import { control } from '../emulator.mjs'

const NAMES = { weapp: 'wechat', alipay: 'alipay', dd: 'dingtalk' }
const WORDS = { weapp: '微信', alipay: '支付宝', dd: '钉钉' }
/** A member of the server's tenant; `ZHIBU_MOBILE` is his number. */
const mobile = process.env.ZHIBU_MOBILE

/** Needs the emulator of the platforms (`ZHIBU_EMULATOR`), at which the server asks. */
export const needs = ['ZHIBU_EMULATOR', 'ZHIBU_MOBILE']

export async function person(target) {
  const platform = NAMES[target]
  const { corp } = await control('accounts')
  await control('people', { mobile })
  const [login, phone] = [await control('codes', { platform, mobile }), await control('phone', { platform, mobile })]
  return { code: () => login.code, corp, phone: () => phone }
}

/** M-0.1 to M-0.3, M-1.8: signs in, binds by the platform's number, sees the menus, writes a study note and finds it in the list. */
export default async function signIn({ mini, target, until, check }) {
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

  const home = mini.open('pages/home/index')
  await until('菜单', () => mini.text(home).includes('学习心得'))
  check(mini.seen.requests.filter(({ name }) => name === 'MiniHome').every(({ authorised }) => authorised), '首页没有带令牌')
  mini.close(home)

  const title = `守好安全线 ${target}`
  const write = mini.open('pkg-study/write/index', { kind: 'note' })
  await until('表单', () => mini.text(write).includes('存为草稿'))
  mini.type(write, '标题', title)
  mini.type(write, '正文', '通过认真学习，我深刻认识到全心全意为人民服务不是一句口号。')
  await until('草稿', () => [...mini.storage.values()].some((text) => String(text).includes(title)))
  mini.tap(write, '存为草稿')
  await until('存好', () => mini.seen.toasts.includes('已存草稿'))
  mini.close(write)

  const list = mini.open('pkg-study/list/index', { kind: 'note', mine: '1' })
  await until('列表', () => mini.text(list).includes(title))
}
