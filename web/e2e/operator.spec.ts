import { readFile } from 'node:fs/promises'
import { CurrentSessionDocument } from '../api/src/index'
import { choose, field, row, setDay, signIn, typePassword } from './support/forms'
import { look } from './support/look'
import { arrive, follow, menu, open, personal } from './support/moves'
import { INITIAL_PASSWORD, openTenant, PASSWORD, unique } from './support/people'
import { inviteOperator } from './support/server'
import { expect, test } from './support/test'
import { totp } from './support/totp'

test('OP-1 an operator enrols, signs out and signs in with the next code', async ({ page }) => {
  const userName = `e2e-${unique()}`
  await open(page, `/operator/enrol#token=${await inviteOperator(userName)}`, '启用运营账号')
  const secret = await page.locator('.z-enrol .z-code').innerText()
  await look(page, 'operator-enrol')
  await page.getByRole('button', { name: '下一步' }).click()
  await typePassword(page, 'duan')
  await expect(page.getByText('新密码不符合下列要求')).toBeVisible()
  await typePassword(page, PASSWORD)
  await field(page, '动态口令').fill('000000')
  await page.getByRole('button', { name: '启用并登录' }).click()
  await expect(page.getByText('动态口令错误')).toBeVisible()
  await look(page, 'operator-enrol-password')
  await field(page, '动态口令').fill(totp(secret))
  await follow(page.getByRole('button', { name: '启用并登录' }), '首页')
  await look(page, 'operator-home')

  await personal(page, '退出登录')
  await arrive(page, '运营登录')
  await look(page, 'operator-login')
  await field(page, '用户名').fill(userName)
  await field(page, '密码').fill(PASSWORD)
  await field(page, '动态口令').fill(totp(secret, 1))
  await follow(page.getByRole('button', { name: '登录', exact: true }), '首页')
})

test('OP-1 an operator issues a batch of codes, finds them by remark, and revokes one', async ({ operatorPage: page }) => {
  const note = `订单 ${unique()}`
  await open(page, '/operator/codes', '激活码与订单')
  await page.getByRole('button', { name: '发放激活码' }).click()
  const drawer = page.getByRole('dialog', { name: '发放激活码' })
  await drawer.getByLabel('套餐').fill('专业版')
  await drawer.getByLabel('套餐').press('Tab')
  await drawer.getByRole('checkbox', { name: /范文|文档/ }).check()
  await drawer.getByLabel('用户数上限').fill('300')
  await setDay(page, '有效期至（含当日）', `${new Date().getFullYear() + 1}-12-31`)
  await drawer.getByLabel('发放数量').fill('3')
  await drawer.getByLabel('备注').fill(note)
  await look(page, 'operator-codes-issue')
  await drawer.getByRole('button', { name: '确定发放' }).click()
  const issued = page.getByRole('dialog', { name: '已发放 3 个激活码' })
  await expect(issued.getByRole('listitem')).toHaveCount(3)
  const codes = await issued.getByRole('listitem').allInnerTexts()
  await look(page, 'operator-codes-issued')
  const downloading = page.waitForEvent('download')
  await issued.getByRole('button', { name: '下载为文本文件' }).click()
  const file = await (await downloading).path()
  expect((await readFile(file, 'utf8')).trim().split('\n')).toEqual(codes)
  await issued.getByRole('button', { name: '完成' }).click()

  await field(page, '关键字').fill(note)
  await page.getByRole('button', { name: '查询' }).click()
  await expect(row(page, '未使用')).toHaveCount(3)
  const tail = codes[1]?.slice(-4) ?? ''
  await page.getByRole('button', { name: `作废尾号 ${tail}` }).click()
  const ask = page.getByRole('dialog', { name: `作废尾号 ${tail} 的激活码` })
  await expect(ask.getByRole('button', { name: '作废', exact: true })).toBeDisabled()
  await ask.getByLabel('作废原因').fill('客户退订')
  await look(page, 'operator-codes-revoke')
  await ask.getByRole('button', { name: '作废', exact: true }).click()
  await expect(row(page, '已作废')).toContainText('客户退订')
  await expect(row(page, '未使用')).toHaveCount(2)
  await look(page, 'operator-codes')

  await choose(page, '状态', '已作废')
  await expect(page.locator('tr.ant-table-row')).toHaveCount(1)
  await page.reload()
  await expect(page.locator('tr.ant-table-row')).toHaveCount(1)
})

test('OP-1 an operator lets a locked-out first administrator in again', async ({ operatorPage: desk, operator, page, baseURL }) => {
  const own = await openTenant(operator, baseURL ?? '', `中共滨海市水利局总支部委员会${unique()}`)
  await open(desk, `/operator/tenants?search=${encodeURIComponent(own.name)}`, '租户管理')
  await desk.getByRole('button', { name: `重置首位管理员：${own.name}` }).click()
  const ask = desk.getByRole('dialog', { name: `重置“${own.name}”的首位管理员` })
  await expect(ask).toContainText('立即解锁')
  await expect(ask).toContainText('密码变为初始密码')
  await expect(ask).toContainText('设备全部退出')
  await look(desk, 'operator-tenant-reset')
  await ask.getByRole('button', { name: '继续' }).click()
  await desk.getByRole('dialog', { name: '再次确认：重置首位管理员？' }).getByRole('button', { name: '重置首位管理员' }).click()
  await expect(desk.getByRole('dialog', { name: '首位管理员已重置' })).toContainText('ABC#123')
  expect((await own.admin.api.ask(CurrentSessionDocument, {})).system.session).toBeNull()
  await signIn(page, own.admin.userName, INITIAL_PASSWORD)
  await arrive(page, '修改初始密码')
  await own.admin.api.close()
})

test('OP-1 an operator sees tenants, text messages and failed jobs', async ({ operatorPage: page, tenant }) => {
  await open(page, '/operator/tenants', '租户管理')
  await field(page, '名称').fill(tenant.name)
  await page.getByRole('button', { name: '查询' }).click()
  await expect(row(page, tenant.name)).toContainText('正常')
  await look(page, 'operator-tenants')
  await page.getByRole('button', { name: tenant.name, exact: true }).click()
  const drawer = page.getByRole('dialog', { name: tenant.name })
  await expect(drawer.getByRole('switch', { name: /^文档管理/ })).toBeVisible()
  await look(page, 'operator-tenant')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await follow(menu(page).getByRole('link', { name: '短信发件箱' }), '短信发件箱')
  await expect(page.locator('tr.ant-table-row').or(page.getByText('还没有短信')).first()).toBeVisible()
  await look(page, 'operator-outbox')
  await follow(menu(page).getByRole('link', { name: '失败任务' }), '失败任务')
  await expect(page.getByText('没有失败的任务')).toBeVisible()
  await look(page, 'operator-jobs')
})
