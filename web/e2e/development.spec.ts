import { Api } from './support/api'
import { CompleteStepDocument, DeleteMembersDocument, DevelopmentStepsDocument, KeepDevelopmentDocumentDocument, RequestDevelopmentDocumentDocument, StartDevelopmentDocument, DevelopmentFileDocument, type DevelopmentActInput } from '../api/src/index'
import { choose, field, setDay } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, chooseOrganisation, member, someId } from './support/member'
import { follow, menu, open } from './support/moves'
import { addAdministrator, openTenant, someMobile, takeOver, type Account, type Tenant } from './support/people'
import { intercept } from './support/requests'
import { expect, test } from './support/test'
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'

let own: Tenant
let clerk: Account
let first: string
const FIRST = '港口机关第一党支部'
const PDF = { name: '材料.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 one page') }

test.beforeAll(async ({ operator }, { project }) => {
  const baseURL = project.use.baseURL ?? ''
  own = await openTenant(operator, baseURL, '中共滨海市海港集团有限公司委员会')
  first = await addBranch(own.admin, own.root, FIRST)
  for (const name of ['林晓燕', '陈建国', '周海燕']) await addMember(own.admin, member(first, name))
  clerk = await takeOver(await Api.open('tenant', baseURL), await addAdministrator(own.admin, own.root, '组织员'))
})
test.afterAll(async () => {
  await clerk.api.close()
  await own.admin.api.close()
})

/** Chooses a file for a paper of a step. */
async function upload(page: Page, place: Page | Locator, name: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await place.getByRole('button', { name: `上传：${name}` }).click()
  await (await chooser).setFiles(PDF)
  await expect(place.getByRole('button', { name: `补充：${name}` })).toBeVisible()
}

/** A case by the API, with its first step done on a day. */
async function applicant(name: string, on: string | null): Promise<string> {
  const input = { branch: first, name, idNumber: someId('1995-03-08'), mobile: someMobile(), ethnicity: '01', educationLevel: '21', workPost: '121', employer: null }
  const { id } = (await clerk.api.ask(StartDevelopmentDocument, { input })).development.start.case
  if (on) await act(id, 1, { on })
  return id
}

/** Does a step of a case by the API, with all its papers. */
async function act(id: string, step: number, input: DevelopmentActInput): Promise<void> {
  const guide = (await clerk.api.ask(DevelopmentStepsDocument, {})).development.steps.find(({ no }) => no === step)
  for (const kind of guide?.documents ?? []) {
    const asked = { id, input: { step, kind, fileName: PDF.name, size: PDF.buffer.length } }
    const ticket = (await clerk.api.ask(RequestDevelopmentDocumentDocument, asked)).development.requestDocument
    await fetch(new URL(ticket.url, test.info().project.use.baseURL), { method: 'PUT', body: PDF.buffer, headers: { 'content-type': ticket.contentType } })
    await clerk.api.ask(KeepDevelopmentDocumentDocument, { id: ticket.id })
  }
  const { version } = (await clerk.api.ask(DevelopmentFileDocument, { id })).development.case.case
  await clerk.api.ask(CompleteStepDocument, { id, version, step, input })
}

test('PC-3.2.4 a case is opened and goes through its first steps', async ({ pageAs }) => {
  const page = await pageAs(clerk)
  await open(page, '/member/development', '党员发展')
  await expect(menu(page).getByRole('link', { name: '党员发展' })).toBeVisible()
  await expect(page.getByText('此范围内还没有发展档案')).toBeVisible()
  await look(page, 'development-empty')
  await follow(page.getByRole('button', { name: '新建' }), '新建发展档案')
  await page.getByRole('button', { name: '保存' }).click()
  for (const words of ['请输入姓名', '请输入公民身份号码', '请输入手机号']) await expect(page.getByText(words, { exact: true })).toBeVisible()
  await look(page, 'development-start-faults')
  await chooseOrganisation(page, '所在党支部', FIRST)
  await field(page, '姓名').fill('许文静')
  await choose(page, '民族', '汉族')
  await page.getByLabel('学历', { exact: true }).and(page.getByRole('combobox')).fill('大学本科毕业')
  await page.getByTitle('大学本科毕业', { exact: true }).click()
  await page.waitForTimeout(600)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  // What is sensitive is not kept, the rest is.
  await expect(page.getByText('已恢复上次未提交的内容')).toBeVisible()
  await expect(field(page, '姓名')).toHaveValue('许文静')
  await field(page, '公民身份号码').fill(someId('1996-05-04'))
  await field(page, '手机号').fill(someMobile())
  await page.getByLabel('工作岗位', { exact: true }).and(page.getByRole('combobox')).click()
  await page.locator('.ant-select-item-option').first().click()
  await follow(page.getByRole('button', { name: '保存' }), '许文静')

  const progress = page.getByRole('region', { name: '当前进度' })
  await expect(progress).toContainText('下一步：第 1 步 递交入党申请书')
  await look(page, 'development-case-new')
  await upload(page, page.getByRole('list', { name: '第1步材料' }), '第1步入党申请书')
  await progress.getByRole('button', { name: '登记第 1 步' }).click()
  let act = page.getByRole('dialog', { name: '登记第 1 步 递交入党申请书' })
  await setDay(page, '办理日期', '2025-01-10')
  await act.getByRole('button', { name: '登记', exact: true }).click()
  await expect(progress).toContainText('下一步：第 2 步 党组织派人谈话')
  await expect(progress).toContainText('已超期')

  await progress.getByRole('button', { name: '登记第 2 步' }).click()
  act = page.getByRole('dialog', { name: /登记第 2 步/ })
  await setDay(page, '办理日期', '2025-02-08')
  await act.getByRole('combobox', { name: '谈话人' }).fill('林晓燕')
  await page.getByTitle(`林晓燕（${FIRST}）`).click()
  await act.getByRole('button', { name: '登记', exact: true }).click()
  await expect(act.getByText('缺少材料：谈话记录')).toBeVisible()
  await upload(page, act, '第2步谈话记录')
  await act.getByRole('button', { name: '登记', exact: true }).click()
  await expect(progress).toContainText('下一步：第 3 步 推荐和确定入党积极分子')
  await expect(page.getByRole('listitem', { name: '第2步 党组织派人谈话' })).toContainText('林晓燕')

  await progress.getByRole('button', { name: '登记第 3 步' }).click()
  act = page.getByRole('dialog', { name: /登记第 3 步/ })
  await setDay(page, '办理日期', '2025-08-01')
  for (const paper of ['推荐或推优材料', '支委会会议记录', '入党积极分子登记表']) await upload(page, act, `第3步${paper}`)
  // The vote is counted while it is typed.
  const result = act.getByRole('status', { name: '表决结果' })
  await act.getByLabel('应到会人数').fill('5')
  await act.getByLabel('实到会人数').fill('2')
  await act.getByLabel('赞成票').fill('2')
  await expect(result).toContainText('未达到规定人数')
  await act.getByLabel('赞成票').fill('4')
  await expect(result).toContainText('不能多于实到会人数')
  await act.getByLabel('实到会人数').fill('4')
  await expect(result).toContainText('赞成 4 票，须达到 3 票：通过')
  await act.getByRole('checkbox', { name: '已经党员推荐或群团组织推优' }).check()
  await look(page, 'development-vote')
  await act.getByRole('button', { name: '登记', exact: true }).click()
  await expect(progress).toContainText('下一步：第 4 步 上级党委备案')
  await expect(progress).toContainText('入党积极分子')
  // Stages that have not been reached are folded away.
  await page.getByText('尚未开始，共 5 步').click()
  await expect(page.getByRole('listitem', { name: '第7步 确定发展对象' })).toContainText('须先完成第4步“上级党委备案”等3个步骤')
  await look(page, 'development-case')
  await page.screenshot({ path: 'shots/development-case-whole.png', fullPage: true })

  await page.getByRole('button', { name: '撤销此步' }).click()
  const ask = page.getByRole('dialog', { name: '撤销第 3 步“推荐和确定入党积极分子”？' })
  await ask.getByRole('textbox', { name: '撤销原因' }).fill('登记有误')
  await ask.getByRole('button', { name: '撤 销' }).or(ask.getByRole('button', { name: '撤销', exact: true })).click()
  await expect(progress).toContainText('下一步：第 3 步')
  await expect(page.getByRole('list', { name: '办理经过' })).toContainText('不再有效：登记有误')

  await page.getByRole('button', { name: '其他事项' }).click()
  await page.getByRole('menuitem', { name: '暂缓' }).click()
  const hold = page.getByRole('dialog', { name: '暂缓' })
  await hold.getByRole('textbox', { name: '暂缓原因' }).fill('借调外单位一年')
  await look(page, 'development-hold')
  await hold.getByRole('button', { name: /^暂\s?缓$/ }).click()
  await expect(progress).toContainText('发展工作已暂缓')

  await follow(page.getByRole('button', { name: '打印全程纪实' }), '全程纪实表')
  await expect(page.getByRole('article')).toContainText('党组织派人谈话')
  await look(page, 'development-print')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  const order = page.getByRole('dialog', { name: '生成发展党员全程纪实表' })
  await expect(order).toContainText('将生成1份发展党员全程纪实表')
  await look(page, 'development-form-order')
  await order.getByRole('button', { name: '开始生成' }).click()
  const done = page.getByRole('status').filter({ hasText: '发展党员全程纪实表已导出' })
  const [file] = await Promise.all([page.waitForEvent('download'), done.getByRole('button', { name: '下载' }).click()])
  expect(file.suggestedFilename()).toMatch(/^发展党员全程纪实表\d{8}-\d{4}\.pdf$/)
  expect((await readFile(await file.path())).subarray(0, 5).toString()).toBe('%PDF-')
})

test('PC-3.2.4 list and board show what waits, also on a phone and in the dark', async ({ pageAs }) => {
  const long = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10)
  await applicant('郑志强', long)
  await applicant('孙丽娜', new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10))
  await applicant('高远航', null)
  const page = await pageAs(clerk)
  await open(page, '/member/development', '党员发展')
  const late = page.getByRole('row', { name: /郑志强/ })
  await expect(late).toContainText('已超期')
  await expect(late).toContainText('第2步 党组织派人谈话')
  await look(page, 'development-list')
  await choose(page, '状态', '已超期')
  await expect(page.getByRole('row', { name: /孙丽娜/ })).toHaveCount(0)
  await expect(late).toBeVisible()
  await page.getByText('看板', { exact: true }).click()
  const stage = page.getByRole('region', { name: '申请入党' })
  await expect(stage.getByRole('listitem').first()).toContainText('郑志强')
  await expect(stage).toContainText('超期 1')
  await look(page, 'development-board')
  await follow(stage.getByRole('link', { name: /孙丽娜/ }), '孙丽娜')

  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.getByRole('region', { name: '当前进度' })).toContainText('党支部书记')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await look(page, 'development-case-phone')
  await open(page, '/member/development?view=board', '党员发展')
  await expect(page.getByRole('region', { name: '申请入党' })).toContainText('孙丽娜')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await look(page, 'development-board-phone')
  await page.getByRole('button', { name: '切换为深色' }).click()
  await look(page, 'development-board-dark')
  await page.setViewportSize({ width: 1280, height: 800 })

  await open(page, '/', '首页')
  await expect(page.getByText('1 人的发展党员步骤已超过最迟日期，请尽快办理')).toBeVisible()
  await page.getByText('1 人的发展党员步骤已超过最迟日期，请尽快办理').click()
  await expect(page.getByRole('row', { name: /郑志强/ })).toBeVisible()
})

test('PC-3.2.4 a mentor who has left is told and replaced', async ({ pageAs }) => {
  const back = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  const [gone, stays] = [await addMember(own.admin, member(first, '邓远行')), await addMember(own.admin, member(first, '何常在'))]
  const id = await applicant('宋积极', back(420))
  await act(id, 2, { on: back(410), people: [gone] })
  await act(id, 3, { on: back(220), confirmed: ['recommended'], ballot: { should: 5, present: 5, yes: 5 } })
  await act(id, 4, { on: back(210) })
  await act(id, 5, { on: back(200), people: [gone, stays] })
  await own.admin.api.ask(DeleteMembersDocument, { ids: [gone], reason: 'DECEASED', note: '因病去世' })
  const page = await pageAs(clerk)
  // What the clock tells every hour is told at once.
  const told = { id: '1', case: id, name: '宋积极', branch: { id: first, shortName: FIRST }, level: 'RED', words: '培养联系人或入党介绍人已不能履行职责，请更换', at: new Date().toISOString(), actors: [stays], person: null }
  await intercept(page, 'DevelopmentReminders', (route) => route.fulfill({ json: { data: { development: { reminders: [told] } } } }))
  await open(page, '/member/development', '党员发展')
  const reminders = page.getByRole('alert').filter({ hasText: '节点提醒' })
  await expect(reminders).toContainText(`宋积极（${FIRST}）：培养联系人或入党介绍人已不能履行职责，请更换`)
  await look(page, 'development-reminders')
  await reminders.getByRole('button', { name: '短信提醒' }).click()
  const tell = page.getByRole('dialog', { name: '短信提醒 · 选择提醒事项' })
  await tell.getByRole('checkbox', { name: /宋积极/ }).check()
  await expect(tell).toContainText('已选 1 人')
  await look(page, 'development-reminders-message')
  await tell.getByRole('button', { name: '下一步' }).click()
  const message = page.getByRole('dialog', { name: '短信提醒 · 发展党员节点提醒，1 人' })
  await expect(message).toContainText('还没有审核通过的短信模板')
  await message.getByRole('button', { name: 'Close' }).or(message.getByRole('button', { name: '关闭' })).first().click()
  await follow(reminders.getByRole('link', { name: '宋积极' }), '宋积极')
  const progress = page.getByRole('region', { name: '当前进度' })
  await expect(progress).toContainText('培养联系人不能继续履职，请更换：邓远行已离开本组织（去世）')
  await look(page, 'development-helper-gone')
  await progress.getByRole('button', { name: /^更\s?换$/ }).click()
  const drawer = page.getByRole('dialog', { name: '更换培养联系人' })
  await expect(drawer).toContainText('继续担任的（何常在）已填好')
  await drawer.getByRole('combobox', { name: '培养联系人' }).fill('陈建国')
  await page.locator('.ant-select-item-option').filter({ hasText: '陈建国' }).click()
  await expect(drawer).toContainText('何常在')
  await drawer.getByRole('textbox', { name: '更换原因' }).fill('原联系人去世')
  await look(page, 'development-helper-replace')
  await drawer.getByRole('button', { name: /^更\s?换$/ }).click()
  await expect(page.getByText('已更换培养联系人')).toBeVisible()
  await expect(progress).not.toContainText('请更换')
  await expect(page.getByRole('list', { name: '办理经过' }).getByRole('listitem').first()).toContainText('更换培养联系人')
})

test('PC-3.2.4 an administrator closes a case that cannot go on', async ({ pageAs }) => {
  const id = await applicant('谭远航', '2025-01-10')
  const page = await pageAs(clerk)
  await open(page, `/member/development/${id}`, '谭远航')
  const progress = page.getByRole('region', { name: '当前进度' })
  await progress.getByRole('button', { name: '其他事项' }).click()
  await page.getByRole('menuitem', { name: '终止发展' }).click()
  const drawer = page.getByRole('dialog', { name: '终止发展' })
  await drawer.getByRole('textbox', { name: '终止原因' }).fill('本人因病去世')
  await look(page, 'development-close')
  await drawer.getByRole('button', { name: '终止发展' }).click()
  await page.getByRole('tooltip').getByRole('button', { name: /^确\s?定$/ }).click()
  await expect(progress).toContainText('终止发展：本人因病去世')
  await expect(progress).toContainText('发展工作已结束')
  await expect(progress.getByRole('button', { name: '其他事项' })).toHaveCount(0)
  await look(page, 'development-closed')
})

test('PC-3.2.4 practice and holidays are set, from a day on', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/member/development', '党员发展')
  await follow(page.getByRole('link', { name: '发展设置' }), '发展设置')
  const now = page.getByRole('region', { name: '现行设置' })
  await expect(now).toContainText('6 个月')
  await look(page, 'development-settings')
  await follow(page.getByRole('link', { name: '调整设置' }), '调整设置')
  await page.getByLabel('确定积极分子须申请入党满').fill('3')
  await choose(page, '公示', '上级党委预审前（第 13 步）')
  await page.getByLabel('公示时间（工作日）').fill('7')
  await page.getByRole('radio', { name: '不能再预审' }).check()
  await page.getByLabel('第 4 步 上级党委备案').fill('2')
  await look(page, 'development-practice')
  await page.waitForTimeout(600)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText('已恢复上次未提交的内容')).toBeVisible()
  await follow(page.getByRole('button', { name: '保存' }), '发展设置')
  await expect(now).toContainText('申请入党满 3 个月')
  await expect(now).toContainText('上级党委预审前（第 13 步），不少于 7 个工作日')
  await expect(now).toContainText('第 4 步 上级党委备案 2 个月')
  const holidays = page.getByRole('region', { name: '节假日' })
  await holidays.getByRole('spinbutton', { name: '年份' }).fill('2027')
  await holidays.getByRole('spinbutton', { name: '年份' }).press('Enter')
  await expect(holidays).toContainText('2027 年还没有登记节假日')
  await setDay(page, '从', '2027-02-06')
  await setDay(page, '到', '2027-02-08')
  await holidays.getByRole('textbox', { name: '名称' }).fill('春节')
  await holidays.getByRole('button', { name: /^登\s?记$/ }).click()
  await expect(holidays.getByRole('row', { name: /春节/ })).toHaveCount(3)
  await look(page, 'development-settings-set')
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await look(page, 'development-settings-phone')
})

test('PC-3.2.4 the plan of a year is set for those below', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/member/development', '党员发展')
  await follow(page.getByRole('link', { name: '年度计划' }), '年度计划')
  await look(page, 'development-quotas')
  await page.getByRole('button', { name: `下达：${FIRST}` }).click()
  const drawer = page.getByRole('dialog', { name: new RegExp(`^${FIRST} · `) })
  await drawer.getByLabel('计划人数').fill('3')
  await look(page, 'development-quota-set')
  await drawer.getByRole('button', { name: /^保\s?存$/ }).click()
  const line = page.getByRole('row', { name: new RegExp(FIRST) })
  await expect(line).toContainText('3 名')
  await expect(line).toContainText('0 名')
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await look(page, 'development-quotas-phone')
})
