import { expect, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { smsCode, type Operator } from './people'

/** The frame of a mini page: its name stands in the bar. */
export const named = (page: Page, title: string) => expect(page.locator('.taro_page_show .bar-title, .bar-title').filter({ hasText: title, visible: true }).first()).toBeVisible()

/** The page that is shown; the ones before it stay in the document. */
export const shown = (page: Page) => page.locator('.screen:visible').last()

/** A button of the page that is shown. */
export const press = (page: Page, words: string) => shown(page).locator('taro-button-core').filter({ hasText: words }).click()

/** A row, a tile or a choice of the page that is shown. */
export const touch = (page: Page, words: string) => shown(page).getByText(words, { exact: true }).click()

/** Types into a field by its label. */
export const type = (page: Page, label: string, value: string) => shown(page).getByLabel(label, { exact: true }).fill(value)

/** Chooses by the wheel: taps what is next to the middle until the option stands there; without an option, what stands there. */
export async function pick(page: Page, label: string, option?: string): Promise<void> {
  await shown(page).locator('.field').filter({ hasText: label }).first().locator('.input').click()
  const wheel = page.locator('.weui-picker').filter({ visible: true })
  const confirm = wheel.locator('.weui-picker__action').last()
  await expect(confirm).toBeVisible()
  await page.waitForTimeout(400)
  if (option !== undefined) {
    const item = wheel.locator('.weui-picker__item').filter({ hasText: new RegExp(`^${option}$`) }).first()
    for (let turn = 0; turn < 80; turn += 1) {
      const [box, frame] = [await item.boundingBox(), await wheel.locator('.weui-picker__bd').boundingBox()]
      if (!box || !frame) throw new Error(`there is no ${option}`)
      const middle = frame.y + frame.height / 2
      const away = box.y + box.height / 2 - middle
      if (Math.abs(away) < 5) break
      await page.touchscreen.tap(frame.x + frame.width / 2, middle + Math.max(-box.height * 2, Math.min(box.height * 2, away)))
      await page.waitForTimeout(350)
    }
  }
  await confirm.click()
  await expect(confirm).toBeHidden()
}

/** Looks somebody or something up by name and takes it. */
export async function find(page: Page, label: string, text: string): Promise<void> {
  await type(page, label, text)
  await shown(page).locator('.row').filter({ hasText: text }).getByText('选择', { exact: true }).first().click()
}

/** One page back, until it is shown. */
export async function goBack(page: Page, title: string): Promise<void> {
  await shown(page).locator('.bar-back').click()
  await expect(shown(page).locator('.bar-title')).toHaveText(title)
}

/** A tab at the foot. */
export const tab = (page: Page, name: string) => page.locator('.weui-tabbar__item').filter({ hasText: name }).click()

/** Signs in by number and code, with consent. */
export async function signInMini(page: Page, operator: Operator, mobile: string): Promise<void> {
  await page.goto('/m/')
  const agree = shown(page).locator('taro-button-core').filter({ hasText: '同意并继续' })
  const number = shown(page).getByLabel('手机号', { exact: true })
  await expect(agree.or(number).first()).toBeVisible()
  if (await agree.isVisible()) await agree.click()
  await type(page, '手机号', mobile)
  const sent = page.waitForResponse((answer) => answer.ok() && (answer.request().postData()?.includes('MiniSmsCode') ?? false))
  await press(page, '获取验证码')
  await sent
  await type(page, '验证码', await smsCode(operator, mobile))
  await press(page, '登录')
}

/** A picture for the eye, and nothing serious for those who cannot see it. What was briefly said is gone first, and does not fade: half gone, its contrast is any. */
export async function lookMini(page: Page, name: string): Promise<void> {
  await page.addStyleTag({ content: '.taro__toast { transition: none !important }' })
  await page.waitForTimeout(500)
  await expect(page.locator('.taro__toast').filter({ visible: true })).toHaveCount(0)
  await page.screenshot({ path: `shots/mini-${name}.png` })
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze()
  const faults = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ rule: id, where: node.html.slice(0, 200), why: node.failureSummary })))
  expect(faults, `accessibility of ${name}`).toEqual([])
}
