import { deflateSync, crc32 } from 'node:zlib'
import type { Page } from '@playwright/test'
import { field, part } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member } from './support/member'
import { arrive, menu, open } from './support/moves'
import { openTenant, PASSWORD, smsCode, someMobile, type Tenant } from './support/people'
import { expect, test } from './support/test'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市图书馆委员会')
})
test.afterAll(() => own.admin.api.close())

/** A PNG with colours that run from one corner to the other. */
function png(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows.set([150 + Math.floor((x * 90) / width), 40 + Math.floor((y * 120) / height), 60], y * (1 + width * 3) + 1 + x * 3)
  }
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length, 0)
    ends.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer })

/** Chooses a file for a slot. */
const choose = (page: Page, slot: string, name: string, buffer: Buffer) => page.getByTestId(slot).setInputFiles(file(name, buffer))

/** Whether the picture of a preview has arrived. */
const loaded = (page: Page, title: string) =>
  expect.poll(() => part(page, title).locator('figure img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth).catch(() => 0)).toBeGreaterThan(0)

test('PC-2.2 the start page is uploaded, previewed as the phone shows it, and taken back', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/system/splash', '启动页设置')
  await expect(page.getByRole('img', { name: '启动页预览（默认）' })).toBeVisible()
  await choose(page, 'SPLASH', '封面.gif', png(2, 2))
  await expect(part(page, '启动页').getByRole('alert')).toContainText('不是 .jpg')
  await choose(page, 'SPLASH', '封面.png', Buffer.from('MZ this is a program'))
  await expect(part(page, '启动页').getByRole('alert')).toContainText('不是 JPG 或 PNG')
  await choose(page, 'SPLASH', '封面.png', png(750, 1334))
  await expect(page.getByText('启动页已更换')).toBeVisible()
  await loaded(page, '启动页')
  await expect(part(page, '启动页')).toContainText('750×1334')
  await look(page, 'splash')
  await page.getByRole('button', { name: '恢复默认：启动页' }).click()
  await page.getByRole('button', { name: '恢复默认', exact: true }).click()
  await expect(page.getByRole('img', { name: '启动页预览（默认）' })).toBeVisible()
})

test('PC-2.7 backgrounds show where they belong, the one of the sign-in page by the own link only', async ({ pageAs, browser }) => {
  const page = await pageAs(own.admin)
  await open(page, '/system/backgrounds', '背景图设置')
  for (const title of ['PC端登录页', 'PC端首页', '小程序登录页', '小程序首页', '资讯页']) await expect(part(page, title)).toBeVisible()
  await choose(page, 'PC_LOGIN', '登录.png', png(1920, 1080))
  await expect(page.getByText('PC端登录页已更换')).toBeVisible()
  await choose(page, 'PC_HOME', '首页.png', png(1600, 900))
  await expect(page.getByText('PC端首页已更换')).toBeVisible()
  await choose(page, 'MINI_HOME', '小程序.png', png(750, 1334))
  await expect(page.getByText('小程序首页已更换')).toBeVisible()
  for (const title of ['PC端登录页', 'PC端首页', '小程序首页']) await loaded(page, title)
  await look(page, 'backgrounds')
  const link = await page.getByRole('link', { name: /\/t\/.+\/login$/ }).getAttribute('href')
  await page.getByRole('button', { name: '复制专属链接' }).click()
  await expect(page.getByText('已复制专属链接')).toBeVisible()
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'backgrounds-phone')

  await open(page, '/home', '首页')
  await expect(page.locator('.z-home-ground')).toHaveCount(1)
  await page.setViewportSize({ width: 1280, height: 800 })
  await look(page, 'home-background')

  const context = await browser.newContext()
  const stranger = await context.newPage()
  await open(stranger, link ?? '', '登录')
  await expect.poll(() => stranger.locator('.z-own-ground').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600)
  await look(stranger, 'own-sign-in')
  await stranger.getByRole('tab', { name: '账号登录' }).click()
  await field(stranger, '用户名').fill(own.admin.userName)
  await field(stranger, '密码').fill(PASSWORD)
  await stranger.getByRole('button', { name: '登录', exact: true }).click()
  await arrive(stranger, '首页')
  // Any other link looks like the usual page.
  await open(stranger, '/t/nobody/login', '登录')
  await expect(stranger.locator('.z-own-ground')).toHaveCount(0)
  await open(stranger, '/portal/sign-in', '登录')
  await expect(stranger.locator('.z-own-ground')).toHaveCount(0)
  await context.close()
})

test('PC-2.5 menus of the mini-program are renamed, ordered with mouse and keys, hidden, and all of it taken back', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/system/mini-menus', '小程序菜单')
  const names = () => part(page, '个人工作').locator('li b').allTextContents()
  const usual = await names()
  expect(usual.slice(0, 3)).toEqual(['积分排名', '工作协同', '组织生活'])

  await page.getByRole('button', { name: '改名：文档管理' }).click()
  await page.getByRole('textbox', { name: '“文档管理”的名称' }).fill('学习资料')
  await page.keyboard.press('Enter')
  await expect(page.getByText('“文档管理”已改名为“学习资料”')).toBeVisible()
  await expect(part(page, '个人工作')).toContainText('原名“文档管理”')
  await page.getByRole('switch', { name: '微心愿' }).first().click()
  await expect(page.getByText('“微心愿”已关闭')).toBeVisible()
  await page.getByRole('button', { name: '撤销' }).click()
  await expect(page.getByText('已撤销')).toBeVisible()
  await expect(page.getByRole('switch', { name: '微心愿' }).first()).toBeChecked()

  const handle = (name: string) => page.getByRole('button', { name: new RegExp(`^移动“${name}”`) }).first()
  await handle('积分排名').focus()
  await page.keyboard.press('ArrowDown')
  await expect.poll(async () => (await names())[0]).toBe('工作协同')
  await expect(handle('积分排名')).toBeFocused()
  await expect(page.getByText('顺序已调整')).toBeVisible()
  await handle('组织生活').hover()
  await page.mouse.down()
  // A browser tells of a place to drop only with a second move.
  await handle('积分排名').hover()
  await handle('工作协同').hover()
  await handle('工作协同').hover()
  await page.mouse.up()
  await expect.poll(async () => (await names()).slice(0, 3)).toEqual(['组织生活', '工作协同', '积分排名'])
  await expect(page.getByText('顺序已调整')).toBeVisible()
  await look(page, 'mini-menus')
  await page.reload()
  await expect.poll(async () => (await names()).slice(0, 3)).toEqual(['组织生活', '工作协同', '积分排名'])
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'mini-menus-phone')
})

test('PC-2.1 a member completes the own record as far as the tenant lets people', async ({ pageAs, operator, browser }) => {
  const branch = await addBranch(own.admin, own.root, '第一党支部')
  const mobile = someMobile()
  await addMember(own.admin, member(branch, '周海燕', { mobile, landline: '0591-87654321', school: '福州大学' }))
  const page = await pageAs(own.admin)
  await open(page, '/system/profile', '个人基础信息')
  await expect(page.getByText('您的账号没有对应的党员信息')).toBeVisible()
  await page.getByRole('checkbox', { name: '专业' }).uncheck()
  await part(page, '本人可修改的资料项').getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('已保存')).toBeVisible()
  await look(page, 'profile-administrator')

  const context = await browser.newContext()
  const her = await context.newPage()
  await open(her, '/portal/sign-in', '登录')
  await her.getByRole('tab', { name: '账号登录' }).click()
  await field(her, '用户名').fill(mobile)
  await field(her, '密码').fill('ABC#123')
  await her.getByRole('button', { name: '登录', exact: true }).click()
  await arrive(her, /密码/)
  await her.getByRole('button', { name: '获取验证码' }).click()
  await expect(her.getByRole('button', { name: /秒后重发/ })).toBeVisible()
  await field(her, '短信验证码').fill(await smsCode(operator, mobile))
  await field(her, '新密码').fill(PASSWORD)
  await field(her, '再次输入新密码').fill(PASSWORD)
  await her.locator('button[type=submit]').click()
  await arrive(her, '首页')
  await menu(her).getByText('系统管理').click().catch(() => undefined)
  await open(her, '/system/profile', '个人基础信息')
  await expect(part(her, '本人可修改的资料项')).toHaveCount(0)
  await expect(field(her, '专业')).toHaveCount(0)
  await field(her, '毕业院校').fill('厦门大学')
  await her.getByRole('button', { name: '更换固定电话' }).click()
  await field(her, '固定电话').fill('0592-1234567')
  await her.getByRole('button', { name: '修改', exact: true }).click()
  await expect(her.getByText('已修改，并同步至党员信息')).toBeVisible()
  await expect(field(her, '毕业院校')).toHaveValue('厦门大学')
  await look(her, 'profile')
  await her.setViewportSize({ width: 390, height: 844 })
  await look(her, 'profile-phone')
  await context.close()
})
