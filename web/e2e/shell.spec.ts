import type { Page } from '@playwright/test'
import { CreateOrganisationDocument } from '../api/src/index'
import { field, part } from './support/forms'
import { look } from './support/look'
import { arrive, follow, menu, open, personal } from './support/moves'
import { PASSWORD, unique } from './support/people'
import { organisation } from './support/organisation'
import { intercept } from './support/requests'
import { expect, test } from './support/test'

test('PC-1.2c signing in and moving about by keyboard alone', async ({ page, tenant }) => {
  await open(page, '/portal/sign-in', '登录')
  await page.getByRole('tab', { name: '短信登录' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const name = field(page, '用户名')
  await expect(name).toBeVisible()
  await page.keyboard.press('Tab')
  while (!(await name.evaluate((field) => field === document.activeElement))) await page.keyboard.press('Tab')
  await page.keyboard.type(tenant.admin.userName)
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await arrive(page, '首页')
  await look(page, 'home')

  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: '跳到主要内容' })
  await expect(skip).toBeFocused()
  await look(page, 'skip-link')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()

  await menu(page).getByRole('link', { name: '用户管理' }).focus()
  await page.keyboard.press('Enter')
  await arrive(page, '用户管理')
  await expect(page.getByRole('navigation', { name: '面包屑' })).toContainText('系统管理')
})

test('PC-3.1.1a the range at the top follows from page to page', async ({ adminPage: page, tenant }) => {
  const name = `临江一支部${unique()}`
  await tenant.admin.api.ask(CreateOrganisationDocument, { input: organisation(tenant.root, name) })
  await open(page, '/home', '首页')
  await page.getByRole('combobox', { name: '组织范围' }).click()
  await page.locator('.ant-select-tree').getByTitle(name).click()
  await expect(page).toHaveURL(/org=/)
  await follow(menu(page).getByRole('link', { name: '用户管理' }), '用户管理')
  await expect(page.getByText('此范围内还没有用户')).toBeVisible()
  await expect(page).toHaveURL(/users\?.*org=/)
  await look(page, 'users-empty')
  await page.reload()
  await expect(page.locator('.z-scope')).toContainText(name)
})

test('PC-1.2a dark look, watermark, folded menu, personal menu', async ({ adminPage: page, tenant }) => {
  await open(page, '/org/info', '组织信息')
  const mark = await page.evaluate(() => getComputedStyle(document.querySelector('main')?.firstElementChild?.lastElementChild ?? document.body).backgroundImage)
  expect(mark).toContain('url(')
  await page.getByRole('button', { name: '切换为深色' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  for (const [path, heading] of [['/home', '首页'], ['/org/info', '组织信息'], ['/member/info', '党员信息'], ['/member/info/new', '新增党员'], ['/member/history', '党员历史库'], ['/system/users', '用户管理'], ['/document/samples', '范文示例'], ['/account', '账号信息']] as const) {
    await open(page, path, heading)
    await look(page, `dark${path.replaceAll('/', '-')}`)
  }
  await page.getByRole('button', { name: '切换为浅色' }).click()
  await page.getByRole('button', { name: '收起菜单' }).click()
  await expect(menu(page)).toHaveCount(0)
  await page.getByRole('button', { name: '展开菜单' }).click()
  await page.getByRole('button', { name: `个人菜单：${tenant.admin.displayName}` }).click()
  await expect(page.getByRole('menuitem', { name: '登录设备' })).toBeVisible()
  await look(page, 'personal-menu')
})

test('PC-1.2c a lost session asks to sign in again and loses no text', async ({ adminPage: page, tenant }) => {
  await open(page, '/account', '账号信息')
  const names = part(page, '基本信息')
  await field(names, '姓名').fill('陈书记')
  await page.context().clearCookies()
  await names.getByRole('button', { name: '保存' }).click()
  const dialog = page.getByRole('dialog', { name: /登录已失效/ })
  await expect(dialog).toBeVisible()
  await expect(field(dialog, '用户名')).toHaveValue(tenant.admin.userName)
  await look(page, 'session-expired')
  await field(dialog, '密码').fill(PASSWORD)
  await dialog.getByRole('button', { name: '登录', exact: true }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByText('账号信息已保存')).toBeVisible()
  await expect(page.getByRole('button', { name: '个人菜单：陈书记' })).toBeVisible()
  await field(names, '姓名').fill(tenant.admin.displayName)
  await names.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('button', { name: `个人菜单：${tenant.admin.displayName}` })).toBeVisible()
  await personal(page, '退出登录')
  await open(page, '/org/info?view=chart', '智慧党建云平台')
  await expect(page).toHaveURL(/next=/)
})

test('PC-2.3a lists say that they load, that they failed, and that they are empty', async ({ adminPage: page }) => {
  let answer: 'wait' | 'fail' | 'pass' = 'wait'
  let release = () => {}
  const held = new Promise<void>((resolve) => { release = resolve })
  await intercept(page, 'Users', async (route) => {
    if (answer === 'wait') await held
    return answer === 'pass' ? route.fallback() : route.fulfill({ status: 400, json: { errors: [{ message: '数据库维护中', extensions: { code: 'INTERNAL', id: 'e-17' } }] } })
  })
  await open(page, '/system/users', '用户管理')
  await expect(page.locator('.z-list .ant-spin-spinning')).toBeVisible()
  await page.screenshot({ path: 'shots/state-loading.png' })
  answer = 'fail'
  release()
  await expect(page.getByText('错误编号 e-17')).toBeVisible()
  await look(page, 'state-error')
  answer = 'pass'
  await page.getByRole('button', { name: '重试' }).click()
  await expect(page.locator('tr.ant-table-row').first()).toBeVisible()
  await field(page, '用户').fill(unique())
  await page.getByRole('button', { name: '查询' }).click()
  await expect(page.getByText('没有符合条件的数据')).toBeVisible()
  await look(page, 'state-empty')
  await page.getByRole('button', { name: '清除条件' }).click()
  await expect(page.locator('tr.ant-table-row').first()).toBeVisible()
})

test('PC-1.2a an unknown address, and every part of the kit', async ({ adminPage: page, operatorPage }) => {
  await open(page, '/no/such/page', '页面不存在')
  await look(page, 'not-found')
  await open(page, '/internal/gallery', '组件陈列')
  await look(page, 'gallery', 1)
  await open(operatorPage, '/operator/no-such-page', '页面不存在')
})

test('PC-1.2a on a telephone no page is wider than the screen', async ({ adminPage: page, operatorPage }) => {
  const fits = async (one: Page, path: string, heading: string) => {
    await one.setViewportSize({ width: 390, height: 844 })
    await open(one, path, heading)
    expect(await one.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390)
  }
  for (const [path, heading] of [['/home', '首页'], ['/org/info', '组织信息'], ['/member/info', '党员信息'], ['/member/info/new', '新增党员'], ['/member/history', '党员历史库'], ['/system/users', '用户管理'], ['/document/samples', '范文示例'], ['/account', '账号信息']] as const) await fits(page, path, heading)
  await page.getByRole('button', { name: '打开菜单' }).click()
  await follow(menu(page).getByRole('link', { name: '组织信息' }), '组织信息')
  await expect(menu(page)).toHaveCount(0)
  await look(page, 'phone-organisations')
  for (const [path, heading] of [['/operator/tenants', '租户管理'], ['/operator/codes', '激活码与订单'], ['/operator/samples/new', '新建范文']] as const) await fits(operatorPage, path, heading)
  await look(operatorPage, 'phone-sample-write')
})
