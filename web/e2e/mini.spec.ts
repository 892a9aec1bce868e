import { randomInt } from 'node:crypto'
import { devices } from '@playwright/test'
import { lookMini, named, press, shown, signInMini, tab, touch, type } from './support/mini'
import { addBranch, addMember, member } from './support/member'
import { openTenant, someMobile, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['iPhone 13']
test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch })

let own: Tenant
let branch: string

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', `中共滨海市轮渡集团委员会${unique()}`)
  branch = await addBranch(own.admin, own.root, '轮渡机关第一党支部')
})
test.afterAll(() => own.admin.api.close())

/** A member with a number of her own: a number gets one code a minute. */
async function someone(): Promise<string> {
  const mobile = someMobile()
  await addMember(own.admin, member(branch, '林晓燕', { mobile }))
  return mobile
}

test('M-0.4 who refuses the policy is asked for nothing; who agrees signs in by a code', async ({ page, operator }) => {
  await page.goto('/m/')
  await named(page, '个人信息保护政策')
  await expect(shown(page)).toContainText('版本')
  await lookMini(page, 'policy')
  await press(page, '不同意')
  await expect(shown(page)).toContainText('您没有同意')
  await expect(shown(page).locator('input')).toHaveCount(0)
  await lookMini(page, 'refused')
  await press(page, '重新阅读')
  await press(page, '同意并继续')
  await type(page, '手机号', someMobile())
  await type(page, '验证码', String(randomInt(100_000, 999_999)))
  await press(page, '登录')
  await expect(shown(page).getByRole('alert').first()).toBeVisible()
  await lookMini(page, 'wrong-code')
  await signInMini(page, operator, await someone())
  await named(page, '首页')
})

test('M-0.5 tabs, menus and large type', async ({ page, operator }) => {
  const refused: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') refused.push(message.text()) })
  await signInMini(page, operator, await someone())
  await expect(shown(page)).toContainText('林晓燕，您好')
  await expect(shown(page)).toContainText('演示环境')
  await expect(shown(page)).toContainText('学习心得')
  await lookMini(page, 'home')
  await tab(page, '党务')
  await expect(shown(page)).toContainText('个人工作')
  await expect(shown(page)).not.toContainText('管理工作')
  await tab(page, '学习')
  await lookMini(page, 'study')
  await tab(page, '我的')
  await expect(shown(page)).toContainText('个人信息')
  await shown(page).getByLabel('大字版').click()
  await expect(page.locator('.screen.large').filter({ visible: true })).toHaveCount(1)
  await lookMini(page, 'me-large')
  await page.reload()
  await expect(page.locator('.screen.large').filter({ visible: true })).toHaveCount(1)
  // The policy of the page refuses nothing that it needs.
  expect(refused.filter((text) => text.includes('Content Security Policy'))).toEqual([])
})

test('M-9.1a the own record is completed, and a change is asked for', async ({ page, operator }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await tab(page, '我的')
  await touch(page, '个人信息')
  await named(page, '个人信息')
  await expect(shown(page)).toContainText('轮渡机关第一党支部')
  await lookMini(page, 'profile')
  await press(page, '申请变更')
  await lookMini(page, 'profile-request')
})

test('M-1.8 a study note is written, kept while typing, and published', async ({ page, operator }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await touch(page, '学习心得')
  await named(page, '学习心得')
  await expect(shown(page)).toContainText('支部还没有人发布')
  await lookMini(page, 'notes-empty')
  await press(page, '写学习心得')
  await named(page, '写学习心得')
  const title = `守好安全线${unique()}`
  await type(page, '标题', title)
  await page.reload()
  await expect(shown(page)).toContainText('已恢复上次没有提交的内容')
  await type(page, '正文', '通过认真学习，我深刻认识到全心全意为人民服务不是一句口号，而是落实在每一天工作中的行动。')
  await lookMini(page, 'note-write')
  await press(page, '发布')
  await expect(shown(page)).toContainText(title)
  await lookMini(page, 'notes')
  await touch(page, title)
  await expect(shown(page)).toContainText('落实在每一天工作中的行动')
  await lookMini(page, 'note-read')
  await press(page, '撤回')
  await page.locator('.taro-model__confirm').click()
  await expect(shown(page)).toContainText('已撤回')
})

test('M-1.17 the activity certificate', async ({ page, operator }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await touch(page, '党员活动证')
  await expect(shown(page)).toContainText('尚未签发')
  await lookMini(page, 'certificate')
})
