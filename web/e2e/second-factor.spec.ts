import { field, part, signIn } from './support/forms'
import { look } from './support/look'
import { open } from './support/moves'
import { openTenant, PASSWORD, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'
import { totp } from './support/totp'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市档案馆支部')
})
test.afterAll(() => own.admin.api.close())

test('PC-2.3 an administrator switches one-time passwords on and signs in with one', async ({ pageAs, browser }, { project }) => {
  const page = await pageAs(own.admin)
  await open(page, '/account', '账号信息')
  const own2 = part(page, '动态口令')
  await own2.getByLabel('登录密码').fill(PASSWORD)
  await own2.getByRole('button', { name: '启用动态口令' }).click()
  const secret = (await own2.locator('.z-code').innerText()).trim()
  await look(page, 'one-time-scan')
  await own2.getByLabel('动态口令').fill('000000')
  await own2.getByRole('button', { name: '确认启用' }).click()
  await expect(own2.getByText('动态口令错误')).toBeVisible()
  await own2.getByLabel('动态口令').fill(totp(secret))
  await own2.getByRole('button', { name: '确认启用' }).click()
  await expect(own2).toContainText('已启用')
  await look(page, 'one-time-on')

  const other = await (await browser.newContext({ baseURL: project.use.baseURL ?? '' })).newPage()
  await signIn(other, own.admin.userName, PASSWORD)
  await expect(field(other, '动态口令')).toBeVisible()
  await look(other, 'one-time-sign-in')
  await field(other, '动态口令').fill('000000')
  await other.getByRole('button', { name: '登录', exact: true }).click()
  await expect(other.getByText('动态口令错误')).toBeVisible()
  await other.context().close()
  await own2.getByLabel('登录密码').fill(PASSWORD)
  await own2.getByRole('button', { name: '停用动态口令' }).click()
  await expect(own2).toContainText('未启用')
})

test('PC-2.3 random initial passwords are shown once; networks that would shut oneself out are refused', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/system/security', '安全设置')
  await field(page, '允许登录的网络').fill('203.0.113.0/24')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('保存后您也不能再登录')).toBeVisible()
  await look(page, 'security-networks')
  await field(page, '允许登录的网络').fill('')
  await page.getByRole('checkbox', { name: /使用随机初始密码/ }).check()
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('安全设置已保存')).toBeVisible()
  await open(page, `/org/info?organisation=${own.root}`, '组织信息')
  await page.getByRole('tab', { name: /^管理员/ }).click()
  await page.getByRole('button', { name: '设置管理员' }).click()
  const adding = part(page, '设置管理员')
  await adding.getByRole('radio', { name: '新建账号' }).check()
  await field(adding, '姓名').fill('高原')
  await field(adding, '用户名').fill(`gao.${unique()}`)
  await adding.getByRole('button', { name: '确定' }).click()
  const told = page.getByRole('dialog', { name: '管理员账号已创建' })
  await expect(told).toContainText('只显示这一次')
  await expect(told).not.toContainText('ABC#123')
  await look(page, 'one-time-password')
})
