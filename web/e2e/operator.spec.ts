import { readFile } from 'node:fs/promises'
import { choose, personal, row, setDay } from './support/forms'
import { look } from './support/look'
import { PASSWORD, unique } from './support/people'
import { inviteOperator } from './support/server'
import { expect, test } from './support/test'
import { totp } from './support/totp'

test('OP-1 an operator enrols, signs out and signs in with the next code', async ({ page }) => {
  const userName = `e2e-${unique()}`
  await page.goto(`/operator/enrol#token=${await inviteOperator(userName)}`)
  const secret = await page.locator('.z-enrol .z-code').innerText()
  await look(page, 'operator-enrol')
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByLabel('新密码', { exact: true }).fill('duan')
  await page.getByLabel('再次输入新密码').fill('duan')
  await expect(page.getByText('新密码不符合下列要求')).toBeVisible()
  await page.getByLabel('新密码', { exact: true }).fill(PASSWORD)
  await page.getByLabel('再次输入新密码').fill(PASSWORD)
  await page.getByLabel('动态口令').fill('000000')
  await page.getByRole('button', { name: '启用并登录' }).click()
  await expect(page.getByText('动态口令错误')).toBeVisible()
  await look(page, 'operator-enrol-password')
  await page.getByLabel('动态口令').fill(totp(secret))
  await page.getByRole('button', { name: '启用并登录' }).click()
  await expect(page.getByRole('heading', { name: '首页', level: 1 })).toBeVisible()
  await look(page, 'operator-home')

  await personal(page, '退出登录')
  await expect(page.getByRole('heading', { name: '运营登录' })).toBeVisible()
  await look(page, 'operator-login')
  await page.getByLabel('用户名').fill(userName)
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByLabel('动态口令').fill(totp(secret, 1))
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('heading', { name: '首页', level: 1 })).toBeVisible()
})

test('OP-1 an operator issues a batch of codes, finds them by remark, and revokes one', async ({ operatorPage: page }) => {
  const note = `订单 ${unique()}`
  await page.goto('/operator/codes')
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
  await issued.getByRole('button', { name: '下载 .txt' }).click()
  const file = await (await downloading).path()
  expect((await readFile(file, 'utf8')).trim().split('\n')).toEqual(codes)
  await issued.getByRole('button', { name: '完成' }).click()

  await page.getByLabel('关键字').fill(note)
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

test('OP-1 an operator sees tenants, text messages and failed jobs', async ({ operatorPage: page, tenant }) => {
  await page.goto('/operator/tenants')
  await page.getByLabel('名称', { exact: true }).fill(tenant.name)
  await page.getByRole('button', { name: '查询' }).click()
  await expect(row(page, tenant.name)).toContainText('正常')
  await look(page, 'operator-tenants')
  await page.getByRole('button', { name: tenant.name }).click()
  await expect(page.getByRole('dialog')).toContainText('功能模块')
  await expect(page.getByRole('dialog').getByRole('switch').first()).toBeVisible()
  await look(page, 'operator-tenant')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await page.getByRole('link', { name: '短信发件箱' }).click()
  await expect(page.getByRole('heading', { name: '短信发件箱' })).toBeVisible()
  await look(page, 'operator-outbox')
  await page.getByRole('link', { name: '失败任务' }).click()
  await expect(page.getByText('没有失败的任务')).toBeVisible()
  await look(page, 'operator-jobs')
})
