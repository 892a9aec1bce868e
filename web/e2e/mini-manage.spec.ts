import { devices, type Page } from '@playwright/test'
import { addBranch, addMember, member, someId } from './support/member'
import { find, lookMini, named, pick, press, shown, signInMini, tab, touch, type } from './support/mini'
import { addAdministrator, openTenant, someMobile, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['iPhone 13']
test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch })

const FIRST = '锚地机关第一党支部'
const SECOND = '锚地船厂第二党支部'
let own: Tenant
let first: string
let second: string

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', `中共滨海市锚地集团委员会${unique()}`)
  first = await addBranch(own.admin, own.root, FIRST)
  second = await addBranch(own.admin, own.root, SECOND)
})
test.afterAll(() => own.admin.api.close())

/** An administrator of a branch, who signs in on the phone. */
async function administrator(organisation: string, name: string): Promise<string> {
  const mobile = someMobile()
  await addAdministrator(own.admin, organisation, name, mobile)
  return mobile
}

/** Takes a photo of the first paper that asks for one. */
async function photograph(page: Page, name: string): Promise<void> {
  await shown(page).locator('taro-button-core').filter({ hasText: /拍照上传|补充照片/ }).first().click()
  const chosen = page.waitForEvent('filechooser')
  await page.getByText('从相册选择', { exact: true }).click()
  await (await chosen).setFiles({ name, mimeType: 'image/png', buffer: await page.screenshot() })
  await expect(shown(page)).toContainText(name)
}

test('M-2.5 an administrator starts a transfer on the phone, another one takes it', async ({ page, operator, browser }) => {
  const name = `郭小海${unique()}`
  await addMember(own.admin, member(first, name))
  await signInMini(page, operator, await administrator(first, '陈书记'))
  await named(page, '首页')
  await tab(page, '党务')
  await expect(shown(page)).toContainText('管理工作')
  await lookMini(page, 'party-manage')
  await touch(page, '党员调动')
  await named(page, '党员调动')
  await expect(shown(page)).toContainText('没有等待审核的调动')
  await press(page, '发起调动')
  await named(page, '发起调动')
  await find(page, '调动的党员', name)
  await find(page, '接收党支部', SECOND)
  await pick(page, '调动原因')
  await type(page, '说明', '随岗位调整')
  await lookMini(page, 'transfer-new')
  await press(page, '提交')
  await named(page, '调动')
  await expect(shown(page)).toContainText(`由${SECOND}审核`)
  await lookMini(page, 'transfer')

  const context = await browser.newContext({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch })
  const other = await context.newPage()
  await signInMini(other, operator, await administrator(second, '林书记'))
  await named(other, '首页')
  await tab(other, '党务')
  await touch(other, '党员调动')
  await expect(shown(other)).toContainText('等您办理')
  await lookMini(other, 'transfers')
  await touch(other, name)
  await press(other, '接收')
  await type(other, '意见', '同意接收')
  await lookMini(other, 'transfer-act')
  await press(other, '接收')
  await expect(shown(other)).toContainText('已接收')
  await expect(shown(other)).toContainText('同意接收')
  await context.close()
})

test('M-2.5 a letter from outside is entered on the phone; what identifies somebody is not kept there', async ({ page, operator }) => {
  await signInMini(page, operator, await administrator(first, '陈书记'))
  await named(page, '首页')
  await tab(page, '党务')
  await touch(page, '党员调动')
  await press(page, '发起调动')
  await touch(page, '系统外调入')
  const idNumber = someId()
  await type(page, '姓名', '何远航')
  await type(page, '公民身份号码', `${idNumber.slice(0, 17)}${idNumber.endsWith('0') ? '1' : '0'}`)
  await expect(shown(page).getByRole('alert').first()).toBeVisible()
  await type(page, '公民身份号码', idNumber)
  await page.reload()
  await expect(shown(page).getByLabel('姓名', { exact: true })).toHaveValue('何远航')
  await expect(shown(page).getByLabel('公民身份号码', { exact: true })).toHaveValue('')
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(idNumber)
  await type(page, '公民身份号码', idNumber)
  await type(page, '手机号', someMobile())
  await pick(page, '民族')
  await pick(page, '学历', '大学本科毕业')
  await pick(page, '工作岗位')
  await touch(page, '预备党员')
  await pick(page, '入党日期')
  await type(page, '转出党组织', '中共海州市港务局委员会')
  await type(page, '介绍信编号', '海组转2026第017号')
  await pick(page, '开具日期')
  await pick(page, '调动原因')
  await lookMini(page, 'transfer-inbound')
  await press(page, '提交')
  await named(page, '调动')
  await expect(shown(page)).toContainText('何远航')
  await lookMini(page, 'transfer-inbound-done')
})

test('M-2.6 somebody who goes away is registered and kept in touch with, and comes back', async ({ page, operator }) => {
  const name = `方远帆${unique()}`
  await addMember(own.admin, member(first, name))
  await signInMini(page, operator, await administrator(first, '陈书记'))
  await named(page, '首页')
  await tab(page, '党务')
  await touch(page, '党员流动')
  await lookMini(page, 'flows-empty')
  await press(page, '登记流动')
  await find(page, '流出的党员', name)
  await pick(page, '外出流向')
  await pick(page, '流动原因')
  await type(page, '流入地党组织', '中共海州市总工会支部')
  await lookMini(page, 'flow-new')
  await press(page, '保存')
  await named(page, '流动党员')
  await press(page, '登记联系')
  await pick(page, '联系方式')
  await type(page, '联系情况', '电话联系，工作稳定')
  await lookMini(page, 'flow-contact')
  await press(page, '保存')
  await expect(shown(page)).toContainText('电话联系，工作稳定')
  await lookMini(page, 'flow')
  await press(page, '登记返回')
  await press(page, '保存')
  await expect(shown(page)).toContainText('已返回')
})

test('M-2.7 a case is opened on the phone, steps are registered, a paper is photographed', async ({ page, operator }) => {
  const talker = `严介绍${unique()}`
  await addMember(own.admin, member(first, talker))
  await signInMini(page, operator, await administrator(first, '陈书记'))
  await named(page, '首页')
  await tab(page, '党务')
  await touch(page, '党员发展')
  await lookMini(page, 'developments-empty')
  await press(page, '新建发展档案')
  await type(page, '姓名', '许新苗')
  await type(page, '公民身份号码', someId())
  await type(page, '手机号', someMobile())
  await pick(page, '民族')
  await pick(page, '学历')
  await pick(page, '工作岗位')
  await lookMini(page, 'development-new')
  await press(page, '保存')
  await named(page, '发展档案')
  await expect(shown(page)).toContainText('下一步：第 1 步')
  await lookMini(page, 'development')
  // The application itself, photographed.
  await photograph(page, '申请书.png')
  await press(page, '登记第 1 步')
  await named(page, '登记第 1 步')
  await lookMini(page, 'development-step')
  await press(page, '登记')
  await named(page, '发展档案')
  await expect(shown(page)).toContainText('下一步：第 2 步')
  await press(page, '登记第 2 步')
  await named(page, '登记第 2 步')
  await find(page, '谈话人', talker)
  await type(page, '说明', '谈话情况良好')
  await page.reload()
  await expect(shown(page)).toContainText('已恢复上次没有提交的内容')
  await press(page, '登记')
  await expect(shown(page).getByRole('alert').last()).toContainText('缺少材料：谈话记录')
  await photograph(page, '谈话记录.png')
  await press(page, '登记')
  await named(page, '发展档案')
  await expect(shown(page)).toContainText('谈话情况良好')
  await lookMini(page, 'development-done')
})
