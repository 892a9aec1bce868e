import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import {
  ApplyForSmsTemplateDocument, ApproveSmsDocument, MeetingDocument, OwnMessagesDocument, PublishMeetingDocument, ReadMessagesDocument, SaveMeetingDocument, SendNoticeDocument,
} from '../api/src/index'
import { Api } from './support/api'
import { choose, field, part, row, setDay } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, chooseOrganisation, member } from './support/member'
import { arrive, follow, menu, open } from './support/moves'
import { addAdministrator, openTenant, someMobile, takeOver, takeOverMember, unique, type Account, type Operator, type Tenant } from './support/people'
import { expect, test } from './support/test'

const BRANCH = '船闸管理所党支部'
const NAMES = ['林晓燕', '陈建国', '周海燕']
const TITLE = '关于召开第四季度党员大会的通知'
/** No notice is sent by platform, message or call from 21:00 to 8:00. */
const QUIET = (new Date().getUTCHours() + 8) % 24 >= 21 || (new Date().getUTCHours() + 8) % 24 < 8
const TEXT = '各位党员：\n定于本周五下午三点在一楼会议室召开党员大会，请准时参加。'
let own: Tenant
let clerk: Account
let branch: string
let sms: string
let people: { name: string; account: Account }[] = []

/** A template that the operator has approved; gives its id. */
async function template(operator: Operator, name: string, text: string, calls: boolean): Promise<string> {
  const word = (await own.admin.api.ask(ApplyForSmsTemplateDocument, { input: { name, text, note: '通知党员', voice: calls } })).system.applyForSmsTemplate
  await operator.api.ask(ApproveSmsDocument, { input: { id: word.id, code: calls ? 'TTS_100000009' : 'SMS_100000009', variables: word.variables.map((_, at) => `p${at + 1}`) } })
  return word.id
}

test.beforeAll(async ({ operator }, { project }) => {
  test.setTimeout(300_000)
  const baseURL = project.use.baseURL ?? ''
  own = await openTenant(operator, baseURL, `中共滨海市水运管理局委员会${unique()}`)
  branch = await addBranch(own.admin, own.root, BRANCH)
  await addBranch(own.admin, own.root, '航道养护中心党支部')
  people = []
  for (const name of NAMES) {
    const mobile = someMobile()
    await addMember(own.admin, member(branch, name, { mobile }))
    people.push({ name, account: await takeOverMember(operator, await Api.open('tenant', baseURL), mobile) })
  }
  clerk = await takeOver(await Api.open('tenant', baseURL), await addAdministrator(own.admin, branch, '支部管理员'))
  sms = await template(operator, '会议通知短信', '{姓名}同志，{标题}，请登录系统查看，联系人{联系人}。', false)
  await template(operator, '会议通知电话', '{姓名}同志您好，您有一条党组织的通知：{标题}。', true)
})
test.afterAll(async () => {
  for (const one of people) await one.account.api.close()
  await clerk.api.close()
  await own.admin.api.close()
})

const reader = (name: string): Account => {
  const found = people.find((one) => one.name === name)
  if (!found) throw new Error(name)
  return found.account
}

/** A notice by the API, from the branch to its members; gives its id. */
async function sent(title: string): Promise<string> {
  const input = { organisation: branch, title, text: TEXT, organisations: [branch], people: [], ladder: [{ rung: 'PUSH' as const, afterMinutes: 0, template: null, values: [] }] }
  return (await clerk.api.ask(SendNoticeDocument, { key: randomUUID(), input })).messaging.send.announcement.id
}

/** The same, with a text message at once. */
async function written(title: string): Promise<string> {
  const ladder = [{ rung: 'SMS' as const, afterMinutes: 0, template: sms, values: [{ name: '联系人', value: '李琳' }] }]
  return (await clerk.api.ask(SendNoticeDocument, { key: randomUUID(), input: { organisation: branch, title, text: TEXT, organisations: [branch], people: [], ladder } })).messaging.send.announcement.id
}

/** No page is wider than a telephone's screen. */
async function onPhone(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, name)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** The way from the list to the form, filled as far as the ladder. */
async function write(page: Page, title: string): Promise<void> {
  await follow(page.getByRole('button', { name: '发布通知' }).first(), '发布通知')
  await field(page, '标题').fill(title)
  await field(page, '正文').fill(TEXT)
  await chooseOrganisation(page, '接收组织', BRANCH)
  await page.keyboard.press('Escape')
}

test('PC-4.5 a rule says how people are told, and a budget what that may cost', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/notice', '通知公告')
  await expect(menu(page).getByRole('link', { name: '通知公告' })).toBeVisible()
  await follow(page.getByRole('button', { name: '通知规则' }), '通知规则')
  await expect(page.getByRole('navigation', { name: '面包屑' })).toContainText('通知公告')
  const budget = part(page, '每月预算')
  await expect(budget).toContainText('不限')
  await look(page, 'notice-rules-first')
  await page.getByRole('button', { name: '修改每月预算' }).click()
  const box = page.getByRole('dialog', { name: '修改每月预算' })
  await box.getByRole('radio', { name: '限定金额' }).check()
  await box.getByRole('button', { name: /保\s?存/ }).click()
  await expect(box.getByText('请填写金额')).toBeVisible()
  await box.getByLabel('金额（元）').fill('300.5')
  await look(page, 'notice-budget')
  await box.getByRole('button', { name: /保\s?存/ }).click()
  await expect(budget).toContainText('预算 300.50 元，剩余 300.50 元')

  await page.getByRole('button', { name: '修改：会议通知' }).click()
  let drawer = page.getByRole('dialog', { name: '通知规则 · 会议通知' })
  await drawer.getByRole('switch', { name: '使用短信' }).click()
  await choose(page, '短信模板', '会议通知短信')
  await expect(drawer.getByText('模板中的{联系人}在此场合没有内容可填')).toBeVisible()
  await drawer.getByRole('button', { name: /保\s?存/ }).click()
  await expect(drawer.getByText(/模板中的变量“联系人”不能自动填写/)).toBeVisible()
  await look(page, 'notice-rule-refused')
  await drawer.getByRole('switch', { name: '使用短信' }).click()
  await drawer.getByRole('switch', { name: '使用语音电话' }).click()
  await choose(page, '语音电话模板', '会议通知电话')
  await drawer.getByLabel('语音电话等待时间', { exact: true }).fill('2')
  await drawer.getByRole('button', { name: /保\s?存/ }).click()
  await expect(page.getByRole('list', { name: '通知规则' })).toContainText('2 小时后仍未读，打语音电话（模板：会议通知电话）')

  await page.getByRole('button', { name: '修改：会议提醒' }).click()
  drawer = page.getByRole('dialog', { name: '通知规则 · 会议提醒' })
  await drawer.getByRole('switch', { name: '通知', exact: true }).click()
  await drawer.getByRole('button', { name: /保\s?存/ }).click()
  await expect(page.getByRole('listitem').filter({ hasText: '会议提醒' })).toContainText('关闭')
  await look(page, 'notice-rules')
  await onPhone(page, 'notice-rules-390')
})

test('PC-4.5 M-1.15 a notice goes up the ladder, is read by a member, shown as read and withdrawn', async ({ pageAs }) => {
  const page = await pageAs(clerk)
  await open(page, '/notice', '通知公告')
  await expect(page.getByText('此范围内还没有通知')).toBeVisible()
  await look(page, 'notice-list-empty')
  await follow(page.getByRole('button', { name: '发布通知' }).first(), '发布通知')
  await expect(part(page, '发布预览')).toContainText('标题、正文、接收范围')
  await page.getByRole('button', { name: '发布', exact: true }).or(page.getByRole('button', { name: '发 布', exact: true })).click()
  await expect(page.getByText('请输入标题', { exact: true })).toBeVisible()
  await expect(page.getByText('请选择接收组织或接收人员')).toBeVisible()
  await look(page, 'notice-form-faults')
  await field(page, '标题').fill(TITLE)
  await field(page, '正文').fill(TEXT)
  await chooseOrganisation(page, '接收组织', BRANCH)
  await page.keyboard.press('Escape')
  await page.getByRole('switch', { name: '使用短信' }).click()
  await choose(page, '短信模板', '会议通知短信')
  await field(page, '短信中的联系人').fill('李琳')
  await page.getByRole('switch', { name: '使用语音电话' }).click()
  await choose(page, '语音电话模板', '会议通知电话')
  const plan = part(page, '发布预览')
  await expect(plan).toContainText('接收人 3 人')
  await expect(plan).toContainText(/短信 可送达 3 人，最多 3 条，\d+\.\d\d 元/)
  await expect(plan).toContainText(/语音电话 可送达 3 人，最多 3 次，\d+\.\d\d 元/)
  await expect(plan.getByLabel('短信预览')).toContainText(`${TITLE}，请登录系统查看，联系人李琳。`)
  await expect(plan.getByLabel('语音电话预览')).toContainText('您有一条党组织的通知')
  await look(page, 'notice-form')
  await page.screenshot({ path: 'shots/notice-form-whole.png', fullPage: true })
  // What is typed is kept until it is sent.
  await page.waitForTimeout(600)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText('已恢复上次未提交的内容')).toBeVisible()
  await expect(field(page, '短信中的联系人')).toHaveValue('李琳')
  await expect(plan).toContainText('接收人 3 人')
  await onPhone(page, 'notice-form-390')
  await follow(page.getByRole('button', { name: /^发布给 3 人（最多/ }), TITLE)
  const state = page.getByRole('region', { name: '通知情况' })
  await expect(state).toContainText('更新于')
  await expect(part(page, '提醒方式')).toContainText('1 小时后仍未读时发送 · 会议通知短信')
  await expect(row(page, '陈建国')).toContainText('未读')
  await look(page, 'notice-detail')

  const mine = await pageAs(reader('林晓燕'))
  await mine.goto('/home')
  await follow(mine.getByRole('button', { name: /^我的消息，\d+ 条未读$/ }), '我的消息')
  await look(mine, 'own-messages')
  await onPhone(mine, 'own-messages-390')
  await mine.getByRole('button', { name: TITLE }).click()
  await expect(mine.getByRole('dialog')).toContainText('定于本周五下午三点')
  await expect(mine.getByRole('button', { name: '我的消息', exact: true })).toBeVisible()
  await look(mine, 'own-message')
  await mine.keyboard.press('Escape')
  await expect(mine.getByText('没有未读消息')).toBeVisible()

  // The page follows by itself.
  await expect(row(page, '林晓燕')).toContainText('已读')
  await expect(state).toContainText('占 33.3%')
  await choose(page, '阅读', '已读')
  await expect(row(page, '陈建国')).toHaveCount(0)
  await expect(row(page, '林晓燕')).toBeVisible()
  await page.getByRole('button', { name: /重\s?置/ }).click()
  await expect(row(page, '陈建国')).toBeVisible()

  await state.getByRole('button', { name: /催\s?读/ }).click()
  let box = page.getByRole('dialog')
  await expect(box).toContainText('2 人未读')
  await look(page, 'notice-remind')
  await box.getByRole('button', { name: /催\s?读/ }).click()
  await expect(page.getByText('已催读 2 人')).toBeVisible()
  // By night everything beside the message inside the system waits for morning; by day nobody here has WeChat.
  if (!QUIET) await expect(row(page, '陈建国')).toContainText('未绑定微信或钉钉')
  await look(page, 'notice-detail-reminded')
  await onPhone(page, 'notice-detail-390')

  await state.getByRole('button', { name: /撤\s?回/ }).click()
  box = page.getByRole('dialog')
  await expect(box.getByRole('button', { name: /撤\s?回/ })).toBeDisabled()
  await box.getByLabel('撤回原因').fill('时间有变')
  await look(page, 'notice-withdraw')
  await box.getByRole('button', { name: /撤\s?回/ }).click()
  await expect(state).toContainText('原因：时间有变')
  await look(page, 'notice-withdrawn')
  const other = await pageAs(reader('陈建国'))
  await open(other, '/account/messages?show=all', '我的消息')
  await expect(row(other, '已撤回的通知')).toBeVisible()
  await expect(other.getByText(TITLE)).toHaveCount(0)
  await look(other, 'own-messages-withdrawn')

  await open(page, '/notice?state=WITHDRAWN', '通知公告')
  await expect(row(page, TITLE)).toContainText('1 / 3 人')
  await look(page, 'notice-list')
  await onPhone(page, 'notice-list-390')
  await page.getByRole('button', { name: `删除${TITLE}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: /继\s?续/ }).click()
  await page.getByRole('dialog').filter({ hasText: '再次确认' }).getByRole('button', { name: /删\s?除/ }).click()
  await expect(page.getByText('通知已删除')).toBeVisible()
  await expect(row(page, TITLE)).toHaveCount(0)
})

test('PC-4.5 what became of text messages stands beside each reader and on a chart', async ({ pageAs }) => {
  const page = await pageAs(clerk)
  const title = '关于缴纳党费的通知'
  await open(page, `/notice/${await written(title)}`, title)
  if (QUIET) {
    await expect(page.getByText('还没有发出（免打扰时段内等到结束后再发）')).toBeVisible()
  } else {
    await expect(row(page, '周海燕')).toContainText(/待发送|发送中|已发送|已送达/)
    await expect(page.getByRole('list', { name: '短信情况' })).toContainText('3 人')
  }
  await look(page, 'notice-detail-sms')
  await page.screenshot({ path: 'shots/notice-detail-whole.png', fullPage: true })
})

test('PC-4.5 a notice by the keyboard is sent once, and refusals stand at their fields', async ({ pageAs }) => {
  const page = await pageAs(clerk)
  await open(page, '/notice', '通知公告')
  await write(page, '关于做好防汛值班工作的通知')
  // Enter in a field sends nothing.
  await field(page, '标题').press('Enter')
  await expect(part(page, '发布预览')).toContainText('接收人 3 人')
  await page.getByRole('button', { name: /^发布给 3 人$/ }).focus()
  await page.keyboard.press('Enter')
  await arrive(page, '关于做好防汛值班工作的通知')
  await open(page, '/notice?search=防汛', '通知公告')
  await expect(row(page, '防汛')).toHaveCount(1)

  await open(page, '/notice/new', '发布通知')
  await field(page, '标题').fill('关于交流学习心得的通知')
  await field(page, '正文').fill(TEXT)
  const picker = page.getByRole('combobox', { name: '接收人员' })
  await picker.click()
  await picker.fill('陈建')
  await page.getByTitle(`陈建国（${BRANCH}）`).click()
  await page.keyboard.press('Escape')
  await page.getByRole('switch', { name: '使用短信' }).click()
  await choose(page, '短信模板', '会议通知短信')
  await field(page, '短信中的联系人').fill('【李琳】')
  await expect(part(page, '发布预览').getByRole('alert')).toContainText('联系人不能含有')
  await page.getByRole('button', { name: /^发\s?布$/ }).click()
  await expect(page.locator('.ant-form-item-explain').getByText(/联系人不能含有/)).toBeVisible()
  await look(page, 'notice-form-refused')
  page.on('dialog', (dialog) => void dialog.accept())
})

test('M-1.15 own messages: everything is read at once, and a message of a meeting leads to it', async ({ pageAs }) => {
  const id = await sent('关于收看专题节目的通知')
  const at = new Date(Date.now() + 86_400_000)
  const meeting = (await clerk.api.ask(SaveMeetingDocument, {
    input: {
      organisation: branch, types: ['theme_day'], title: '主题党日活动', mode: 'OFFLINE', startsAt: at.toISOString(), endsAt: new Date(at.getTime() + 7_200_000).toISOString(), place: '一楼会议室',
      agenda: '一、学习文件\n二、交流讨论', attend: 'MEMBERS',
    }, publish: false,
  })).meeting.save.meeting
  await clerk.api.ask(PublishMeetingDocument, { id: meeting.id, version: (await clerk.api.ask(MeetingDocument, { id: meeting.id })).meeting.meeting.meeting.version })
  const told = async () => (await reader('周海燕').api.ask(OwnMessagesDocument, { first: 20, offset: 0, unread: true })).messaging.mine.nodes
  await expect.poll(async () => (await told()).some(({ occasion, subject }) => occasion === 'MEETING_PUBLISHED' && subject === meeting.id), { timeout: 60_000 }).toBe(true)
  const page = await pageAs(reader('周海燕'))
  await open(page, '/account/messages', '我的消息')
  await row(page, '主题党日活动').getByRole('button').first().click()
  await expect(page.getByRole('dialog')).toContainText(/手机端|查看会议/)
  await look(page, 'own-message-meeting')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '全部已读' }).click()
  await expect(page.getByText('没有未读消息')).toBeVisible()
  await expect(page.getByRole('button', { name: '我的消息', exact: true })).toBeVisible()
  await page.getByText('全部', { exact: true }).click()
  await expect(row(page, '关于收看专题节目的通知')).toBeVisible()
  await look(page, 'own-messages-all')
  expect((await reader('周海燕').api.ask(ReadMessagesDocument, { ids: [id] })).messaging.read).toBe(0)
})

test('M-1.11 own reminders are made, changed and removed', async ({ pageAs }) => {
  const page = await pageAs(reader('陈建国'))
  await page.goto('/home')
  await page.getByRole('button', { name: /^个人菜单/ }).click()
  await follow(page.getByRole('menuitem', { name: '我的日程' }), '我的日程')
  await expect(page.getByText('还没有日程')).toBeVisible()
  await look(page, 'own-schedules-empty')
  await page.getByRole('button', { name: '新建日程' }).first().click()
  let form = page.getByRole('dialog', { name: '新建日程' })
  await form.getByRole('button', { name: /保\s?存/ }).click()
  await expect(form.getByText('请输入标题')).toBeVisible()
  await field(form, '标题').fill('交党费')
  const when = new Date(Date.now() + 3 * 86_400_000 + 8 * 3_600_000).toISOString()
  await setDay(page, '时间', `${when.slice(0, 10)} 09:00`)
  await form.getByRole('radio', { name: '每月' }).check()
  await choose(page, '提醒时间', '提前 1 天')
  await look(page, 'own-schedule-form')
  await form.getByRole('button', { name: /保\s?存/ }).click()
  await expect(row(page, '交党费')).toContainText('提前 1 天，系统消息')
  await page.getByRole('button', { name: '编辑交党费' }).click()
  form = page.getByRole('dialog', { name: '编辑日程' })
  await field(form, '备注').fill('到一楼财务室')
  await form.getByRole('button', { name: /保\s?存/ }).click()
  await expect(row(page, '交党费')).toContainText('到一楼财务室')
  await look(page, 'own-schedules')
  await onPhone(page, 'own-schedules-390')
  await page.getByRole('button', { name: '删除交党费' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /删\s?除/ }).click()
  await expect(row(page, '交党费')).toHaveCount(0)
  await page.getByRole('tab', { name: '我的消息' }).click()
  await arrive(page, '我的消息')
})

test('PC-4.5 a template for calls is applied for and reviewed', async ({ pageAs, operatorPage: desk }) => {
  const page = await pageAs(own.admin)
  await open(page, '/system/sms', '短信设置')
  await expect(part(page, '语音模板')).toContainText('会议通知电话')
  await page.getByRole('button', { name: '申请语音模板' }).click()
  const form = page.getByRole('dialog', { name: '申请语音模板' })
  const name = `防汛值班电话${unique()}`
  await field(form, '模板名称').fill(name)
  await field(form, '模板内容').fill('{姓名}同志您好，请今晚到单位值班。')
  await field(form, '申请说明').fill('紧急通知党员')
  await look(page, 'sms-voice-apply')
  await form.getByRole('button', { name: '提交申请' }).click()
  await expect(part(page, '语音模板')).toContainText(name)
  await open(desk, '/operator/sms?kind=VOICE', '短信审核')
  await expect(row(desk, name)).toContainText('语音模板')
  await desk.getByRole('button', { name: `通过${name}` }).click()
  const box = desk.getByRole('dialog', { name: `通过“${name}”` })
  await field(box, '运营商模板 CODE').fill('TTS_100000010')
  await box.getByRole('button', { name: /通\s?过/ }).click()
  await expect(row(desk, name)).toContainText('已通过')
})
