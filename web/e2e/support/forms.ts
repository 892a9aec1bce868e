import type { Locator, Page } from '@playwright/test'

/** Chooses an option of a select by its label. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).click()
  await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByTitle(option, { exact: true }).click()
}

/** Types a day into a date field. */
export async function setDay(page: Page, label: string, day: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await field.fill(day)
  await field.press('Enter')
}

/** The row of a list that shows a text. */
export const row = (page: Page, text: string): Locator => page.locator('tr.ant-table-row').filter({ hasText: text })

/** Opens the menu behind the person's name and takes one entry. */
export async function personal(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: /^个人菜单/ }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Signs in by user name and password on the sign-in page. */
export async function signIn(page: Page, userName: string, password: string): Promise<void> {
  await page.goto('/portal/sign-in')
  await page.getByRole('tab', { name: '账号登录' }).click()
  await page.getByLabel('用户名', { exact: true }).fill(userName)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}
