import { devices } from '@playwright/test'
import { PublishTextDocument, SaveTextDocument } from '../api/src/index'
import { addBranch, addMember, member } from './support/member'
import { goBack, lookMini, named, pick, press, shown, signInMini, tab, touch, type } from './support/mini'
import { openTenant, someMobile, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['iPhone 13']
test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch })

let own: Tenant
let other: Tenant
let branch: string
let elsewhere: string
const sampleTitle = `岗位承诺范文${unique()}`

test.beforeAll(async ({ operator }, { project }) => {
  const at = project.use.baseURL ?? ''
  own = await openTenant(operator, at, `中共滨海市航道集团委员会${unique()}`)
  other = await openTenant(operator, at, `中共滨海市引航站委员会${unique()}`)
  branch = await addBranch(own.admin, own.root, '航道机关第一党支部')
  elsewhere = await addBranch(other.admin, other.root, '引航站第二党支部')
  const { id, version } = (await operator.api.ask(SaveTextDocument, {
    id: null, version: null, input: { kind: 'PLEDGE', title: sampleTitle, summary: '供参考的样式', body: '我承诺：立足本职岗位，严格遵守操作规程，全年安全生产零事故。' },
  })).document.saveText
  await operator.api.ask(PublishTextDocument, { id, version })
})
test.afterAll(async () => {
  await own.admin.api.close()
  await other.admin.api.close()
})

async function someone(): Promise<string> {
  const mobile = someMobile()
  await addMember(own.admin, member(branch, '林晓燕', { mobile }))
  return mobile
}

test('M-9.3 M-9.4 M-9.8 M-9.9 M-9.1b own organisation, footprint, feedback, about us, account', async ({ page, operator }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await tab(page, '我的')
  await touch(page, '我的组织')
  await named(page, '我的组织')
  await expect(shown(page)).toContainText('航道机关第一党支部')
  await expect(shown(page)).toContainText('上级组织')
  await lookMini(page, 'organisation')
  await goBack(page, '我的')
  await touch(page, '党建足迹')
  await named(page, '党建足迹')
  await lookMini(page, 'footprint')
  await goBack(page, '我的')
  await touch(page, '建议反馈')
  await named(page, '建议反馈')
  await type(page, '内容', '希望字再大一些')
  await page.reload()
  await expect(shown(page).getByLabel('内容', { exact: true })).toHaveValue('希望字再大一些')
  await press(page, '提交')
  await expect(shown(page)).toContainText('待答复')
  await expect(shown(page).getByLabel('内容', { exact: true })).toHaveValue('')
  await lookMini(page, 'feedback')
  // After a reload nothing is behind this page but the home page.
  await goBack(page, '首页')
  await tab(page, '我的')
  await touch(page, '关于我们')
  await named(page, '关于我们')
  await lookMini(page, 'about')
  await goBack(page, '我的')
  await touch(page, '个人信息保护政策')
  await named(page, '个人信息保护政策')
  await goBack(page, '我的')
  await touch(page, '账号与组织切换')
  await named(page, '账号与组织')
  await expect(shown(page)).toContainText(own.name)
  await lookMini(page, 'account')
  await press(page, '解除绑定')
  await page.locator('.taro-model__confirm').click()
  // The session of this platform has ended with its binding.
  await named(page, '个人信息保护政策')
  await expect(shown(page).locator('taro-button-core').filter({ hasText: '同意并继续' })).toBeVisible()
})

test('M-0.1 a number of two organisations chooses one, and the other one afterwards', async ({ page, operator }) => {
  const mobile = await someone()
  await addMember(other.admin, member(elsewhere, '林晓燕', { mobile }))
  await signInMini(page, operator, mobile)
  await expect(shown(page)).toContainText('请选择要进入的组织')
  await lookMini(page, 'tenants')
  await touch(page, other.name)
  await named(page, '首页')
  await expect(shown(page)).toContainText(other.name)
  await expect(shown(page)).not.toContainText(own.name)
})

test('M-9.1a what one may not change alone is asked for; typed text outlives a reload', async ({ page, operator }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await tab(page, '我的')
  await touch(page, '个人信息')
  await press(page, '申请变更')
  await pick(page, '资料项', '姓名')
  await type(page, '变更为', '林小燕')
  await type(page, '申请理由', '身份证上是“小”字')
  await page.reload()
  await press(page, '申请变更')
  await expect(shown(page).getByLabel('变更为', { exact: true })).toHaveValue('林小燕')
  await press(page, '提交')
  await expect(shown(page)).toContainText('身份证上是“小”字')
  await expect(shown(page)).toContainText('林晓燕 → 林小燕')
  await lookMini(page, 'request-sent')
  // What one may change alone: kept while typing, too.
  await press(page, '修改可自行填写的内容')
  await type(page, '职称', '高级政工师')
  await page.reload()
  await press(page, '修改可自行填写的内容')
  await expect(shown(page).getByLabel('职称', { exact: true })).toHaveValue('高级政工师')
  await lookMini(page, 'profile-edit')
  await press(page, '保存')
  await expect(shown(page)).toContainText('高级政工师')
})

test('M-1.7 a pledge is written from a sample', async ({ page, operator }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await touch(page, '党员承诺')
  await press(page, '写党员承诺')
  await press(page, '使用范文')
  await type(page, '查找范文', sampleTitle)
  await press(page, '查找')
  await lookMini(page, 'samples')
  await shown(page).locator('.card').filter({ hasText: sampleTitle }).locator('taro-button-core').first().click()
  await expect(shown(page).getByLabel('正文', { exact: true })).toHaveValue(/立足本职岗位/)
  await lookMini(page, 'pledge-from-sample')
  await press(page, '发布')
  await expect(shown(page)).toContainText(sampleTitle)
  await lookMini(page, 'pledges')
})

test('M-0.5 no network: the page says so, what was typed stays, another try works; a lost session comes back', async ({ page, operator, context }) => {
  await signInMini(page, operator, await someone())
  await named(page, '首页')
  await touch(page, '学习心得')
  await press(page, '写学习心得')
  await type(page, '标题', '没有信号的地方')
  await type(page, '正文', '在没有信号的地方写下的学习体会，回到有信号的地方再发布。')
  await context.setOffline(true)
  await press(page, '发布')
  await expect(shown(page)).toContainText('手机没有联网')
  await lookMini(page, 'offline')
  await context.setOffline(false)
  // The session of ten minutes has run out meanwhile.
  const cookies = await context.cookies()
  await context.clearCookies({ name: /access/ })
  expect((await context.cookies()).length).toBeLessThan(cookies.length)
  await press(page, '发布')
  await expect(shown(page)).toContainText('没有信号的地方')
  await expect(shown(page)).toContainText('我写的')
})
