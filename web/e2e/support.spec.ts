import { field, row } from './support/forms'
import { look } from './support/look'
import { arrive, open } from './support/moves'
import { openTenant, unique } from './support/people'
import { expect, test } from './support/test'

test('support: an operator asks, the tenant agrees and ends it; both see it all the time', async ({ operatorPage: desk, operator, pageAs, baseURL }) => {
  const own = await openTenant(operator, baseURL ?? '', `中共滨海市气象局总支部委员会${unique()}`)
  await open(desk, '/operator/support', '租户支持')
  await desk.getByRole('button', { name: '申请支持' }).click()
  const form = desk.getByRole('dialog', { name: '申请支持' })
  await form.getByRole('combobox', { name: '租户' }).fill(own.name)
  await desk.locator('.ant-select-item-option').filter({ hasText: own.name }).click()
  await field(form, '原因').fill('排查党员名册显示问题')
  await form.getByRole('radio', { name: '查看和修改' }).check()
  await look(desk, 'support-ask')
  await form.getByRole('button', { name: '申请', exact: true }).click()
  await expect(row(desk, own.name)).toContainText('待处理')
  await look(desk, 'operator-support')

  const page = await pageAs(own.admin)
  await open(page, '/home', '首页')
  await page.getByRole('alert').filter({ hasText: '申请进入本单位：排查党员名册显示问题' }).getByRole('link', { name: '查看' }).click()
  await arrive(page, '服务商支持')
  await page.getByRole('button', { name: /^同意 / }).click()
  const grant = page.getByRole('dialog', { name: /^同意 .* 的支持$/ })
  await expect(grant.getByRole('radio', { name: '只查看' })).toBeChecked()
  await look(page, 'support-grant')
  await grant.getByRole('button', { name: '同意', exact: true }).click()
  await expect(page.getByRole('table')).toContainText('支持中')

  await desk.reload()
  await desk.getByRole('button', { name: `进入 ${own.name}` }).waitFor()
  const [guest] = await Promise.all([desk.context().waitForEvent('page'), desk.getByRole('button', { name: `进入 ${own.name}` }).click()])
  await arrive(guest, '首页')
  await expect(guest.getByRole('alert').filter({ hasText: '正以服务商支持的身份访问，只能查看' })).toBeVisible()
  await look(guest, 'support-guest')

  await page.reload()
  await expect(page.getByRole('alert').filter({ hasText: '正在支持本单位，只能查看' })).toBeVisible()
  await look(page, 'support-open')
  await page.getByRole('button', { name: /^结束 / }).click()
  await page.getByRole('dialog', { name: /的支持$/ }).getByRole('button', { name: '继续' }).click()
  await page.getByRole('dialog', { name: '再次确认：结束？' }).getByRole('button', { name: '结束' }).click()
  await expect(page.getByRole('table')).toContainText('已结束')
  await guest.goto('/system/users')
  await expect(guest).toHaveURL(/\/portal\/login/)

  // What nobody has answered yet is withdrawn, not ended.
  await desk.reload()
  await desk.getByRole('button', { name: '申请支持' }).click()
  await form.getByRole('combobox', { name: '租户' }).fill(own.name)
  await desk.locator('.ant-select-item-option').filter({ hasText: own.name }).click()
  await field(form, '原因').fill('再次排查')
  await form.getByRole('button', { name: '申请', exact: true }).click()
  const asked = row(desk, '再次排查')
  await expect(asked).toContainText('待处理')
  await expect(asked.getByRole('button', { name: /^结束 / })).toHaveCount(0)
  await asked.getByRole('button', { name: `撤回 ${own.name}` }).click()
  await desk.getByRole('dialog', { name: /^撤回对/ }).getByRole('button', { name: '继续' }).click()
  await desk.getByRole('dialog', { name: '再次确认：撤回？' }).getByRole('button', { name: '撤回', exact: true }).click()
  await expect(asked).toContainText('已结束')
})
