import { expect, type Locator, type Page } from '@playwright/test'

/**
 * Waits until the page with this heading is there. A page is loaded while the one being left is still shown, so
 * nothing may be touched before.
 */
export async function arrive(page: Page, heading: string | RegExp): Promise<void> {
  const exact = typeof heading === 'string'
  await expect(page.getByRole('heading', { name: heading, level: 1, exact })).toBeVisible()
}

/** Opens an address and waits for its page. */
export async function open(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(path)
  await arrive(page, heading)
}

/** Follows a link or a button to another page. */
export async function follow(way: Locator, heading: string | RegExp): Promise<void> {
  await way.click()
  await arrive(way.page(), heading)
}

/** The left bar. */
export const menu = (page: Page): Locator => page.getByRole('navigation', { name: '主菜单' })

const LEFT = /^(智慧党建云平台|运营登录)$/

/** Opens the menu behind the person's name and takes one entry; waits for the page it leads to. */
export async function personal(page: Page, entry: '账号信息' | '修改密码' | '登录设备' | '手机端' | '建议反馈' | '退出登录'): Promise<void> {
  await page.getByRole('button', { name: /^个人菜单/ }).click()
  await follow(page.getByRole('menuitem', { name: entry }), entry === '退出登录' ? LEFT : entry)
}
