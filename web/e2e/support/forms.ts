import { expect, type Locator, type Page } from '@playwright/test'
import { open } from './moves'
import { answered } from './requests'

type Place = Page | Locator

/** A text field by its whole label: never a radio, a button or a region that is called alike. */
export const field = (place: Place, label: string): Locator => place.getByLabel(label, { exact: true }).and(place.getByRole('textbox'))

/** A titled part of a page. */
export const part = (place: Place, title: string): Locator => place.getByRole('region', { name: title, exact: true })

const opened = (page: Page): Locator => page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')

/** Chooses an option of a select by its label. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  const [select, wanted] = [page.getByLabel(label, { exact: true }).and(page.getByRole('combobox')), opened(page).getByTitle(option, { exact: true })]
  // A list that comes while one clicks may close the options again: a person clicks once more.
  await expect(async () => {
    if (!(await wanted.isVisible())) await select.click()
    await wanted.click({ timeout: 3000 })
  }).toPass({ timeout: 20_000 })
}

/** Chooses whatever a select offers first. */
export async function chooseFirst(page: Page, select: Locator): Promise<void> {
  await select.click()
  await opened(page).locator('.ant-select-item-option').first().click()
}

/** Types a day into a date field. */
export async function setDay(page: Page, label: string, day: string): Promise<void> {
  const input = page.getByLabel(label, { exact: true })
  await input.fill(day)
  await input.press('Enter')
}

/** The row of a list that shows a text. */
export const row = (page: Page, text: string): Locator => page.locator('tr.ant-table-row').filter({ hasText: text })

/** Types a new password twice. */
export async function typePassword(place: Place, password: string): Promise<void> {
  await field(place, '新密码').fill(password)
  await field(place, '再次输入新密码').fill(password)
}

/** Asks for a text message; when this is done the code has been sent. */
export async function requestCode(place: Place): Promise<void> {
  const page = 'page' in place ? place.page() : place
  const answer = await answered(page, 'Request\\w*Code', () => place.getByRole('button', { name: '获取验证码' }).click())
  expect(answer).not.toContain('"errors"')
  await expect(place.getByRole('button', { name: /秒后重发/ })).toBeDisabled()
}

/** Presses 登录 beneath a password and waits for the server's answer. */
export async function pressSignIn(page: Page, password: string): Promise<void> {
  await field(page, '密码').fill(password)
  await answered(page, 'SignIn', () => page.getByRole('button', { name: '登录', exact: true }).click())
}

/** Signs in by user name and password on the sign-in page; the server has answered when this is done. */
export async function signIn(page: Page, userName: string, password: string): Promise<void> {
  await open(page, '/portal/sign-in', '登录')
  await page.getByRole('tab', { name: '账号登录' }).click()
  await field(page, '用户名').fill(userName)
  await pressSignIn(page, password)
}
