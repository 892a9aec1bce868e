import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { devices, type Browser, type Page } from '@playwright/test'
import {
  ApplyForSmsTemplateDocument, ApproveSmsDocument, MiniSaveMeetingDocument, MiniSendNoticeDocument, MiniWithdrawNoticeDocument, SaveNoticeRuleDocument, SignInDocument, type AnnouncementInput, type AnnouncementRuleRungInput,
} from '../api/src/index'
import { Api } from './support/api'
import { addBranch, addMember, member } from './support/member'
import { goBack, lookMini, named, pick, press, shown, signInMini, tab, touch, type } from './support/mini'
import { addAdministrator, enrolOperator, openTenant, PASSWORD, smsCode, someMobile, takeOver, unique, type Account, type Operator, type Tenant } from './support/people'
import { Double, OwnServer } from './support/server'
import { expect, test } from './support/test'

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['iPhone 13']
const PHONE = { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch }
test.use(PHONE)

const MINIAPP = join(import.meta.dirname, '../../miniapp')
let own: Tenant
let clerk: Account
let branch: string

test.beforeAll(async ({ operator }, { project }) => {
  const at = project.use.baseURL ?? ''
  own = await openTenant(operator, at, `中共滨海市航标集团委员会${unique()}`)
  branch = await addBranch(own.admin, own.root, '航标机关第一党支部')
  clerk = await takeOver(await Api.open('tenant', at), await addAdministrator(own.admin, branch, '支部管理员'))
  const [sms, call] = [await approved(operator, '{姓名}同志，{单位}通知：{标题}，{事项}。请打开小程序查看。'), await approved(operator, '{姓名}同志，您好。{单位}通知：{标题}。', true)]
  const [text, spoken] = [await approved(operator, '{姓名}同志，您设置的日程到了：{标题}。'), await approved(operator, '{姓名}同志，您好。您设置的日程到了：{标题}。', true)]
  await rule('ANNOUNCEMENT', [{ rung: 'PUSH', afterMinutes: 0 }, { rung: 'SMS', afterMinutes: 60, template: sms }, { rung: 'VOICE', afterMinutes: 120, template: call }])
  await rule('SCHEDULE', [{ rung: 'SMS', afterMinutes: 0, template: text }, { rung: 'VOICE', afterMinutes: 0, template: spoken }])
})
test.afterAll(async () => {
  await clerk.api.close()
  await own.admin.api.close()
})

/** A template of text messages or calls that an operator has let pass; its id. */
async function approved(operator: Operator, text: string, voice = false): Promise<string> {
  const name = `通知模板${unique()}`
  const { id } = (await own.admin.api.ask(ApplyForSmsTemplateDocument, { input: { name, text, note: '通知党员', voice } })).system.applyForSmsTemplate
  const variables = [...text.matchAll(/\{(.+?)\}/g)].map((_, at) => `value${at}`)
  await operator.api.ask(ApproveSmsDocument, { input: { id, code: voice ? 'TTS_100000009' : 'SMS_100000009', variables } })
  return id
}

const rule = (occasion: 'ANNOUNCEMENT' | 'SCHEDULE', ladder: AnnouncementRuleRungInput[]) => own.admin.api.ask(SaveNoticeRuleDocument, { occasion, input: { on: true, ladder } })

interface Person { id: string; name: string; mobile: string }
async function someone(name: string): Promise<Person> {
  const mobile = someMobile()
  return { id: await addMember(own.admin, member(branch, name, { mobile })), name, mobile }
}

/** A notice to some of the branch; its id. */
async function told(people: Person[], title: string, more: Partial<AnnouncementInput> = {}): Promise<string> {
  const input: AnnouncementInput = { organisation: branch, title, text: '各位党员：\n请在本周内完成学习，并写下体会。', people: people.map(({ id }) => id), ladder: [], ...more }
  return (await clerk.api.ask(MiniSendNoticeDocument, { key: randomUUID(), input })).messaging.send.announcement.id
}

/** Answers the question that is asked before something final. */
const yes = (page: Page) => page.locator('.taro-model__confirm').filter({ visible: true }).click()

async function memberAt(page: Page, operator: Operator, who: Person): Promise<void> {
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
}

/** The administrator on a phone of his own. */
async function administrator(browser: Browser, operator: Operator): Promise<Page> {
  const mobile = someMobile()
  await addAdministrator(own.admin, branch, '陈书记', mobile)
  const page = await (await browser.newContext(PHONE)).newPage()
  await signInMini(page, operator, mobile)
  await named(page, '首页')
  await tab(page, '党务')
  await named(page, '党务')
  return page
}

test('M-1.15 M-9.7 what is unread is counted on the tiles; a message is read whole, one about a meeting leads to it, one taken back says so', async ({ page, operator }) => {
  const who = await someone('林守望')
  const [first, gone] = [`学习计划的通知${unique()}`, `发错的通知${unique()}`]
  await told([who], first)
  const id = await told([who], gone)
  await clerk.api.ask(MiniWithdrawNoticeDocument, { id, reason: '发错了对象' })
  const title = `十一月主题党日${unique()}`
  const meeting = { organisation: branch, types: ['theme_day'], title, mode: 'OFFLINE' as const, startsAt: new Date(Date.now() + 86_400_000).toISOString(), endsAt: new Date(Date.now() + 90_000_000).toISOString(), place: '一楼会议室', agenda: '一、学习文件精神\n二、讨论', attend: 'MEMBERS' as const }
  await clerk.api.ask(MiniSaveMeetingDocument, { input: meeting, publish: true })
  await memberAt(page, operator, who)
  await expect(shown(page)).toContainText('条未读')
  await lookMini(page, 'home-unread')
  await tab(page, '我的')
  await named(page, '我的')
  // What a module has to say arrives a moment later.
  await expect(async () => {
    await tab(page, '首页')
    await page.waitForTimeout(3_200)
    await tab(page, '我的')
    await expect(shown(page)).toContainText('2 条未读', { timeout: 2_000 })
  }).toPass({ timeout: 40_000 })
  await expect(page.locator('.weui-tabbar__item').filter({ hasText: '我的' })).toContainText('2')
  await lookMini(page, 'me-unread')
  await touch(page, '消息通知')
  await named(page, '消息通知')
  await expect(shown(page)).toContainText('未读（2）')
  await expect(shown(page)).not.toContainText('微信提醒')
  await expect(shown(page)).not.toContainText('已撤回')
  await lookMini(page, 'messages')

  // The answer does not arrive: it is told again as soon as there is a network.
  await page.route('**/graphql', (route) => (route.request().postData()?.includes('MiniReadMessages') ? route.abort() : route.fallback()))
  await touch(page, first)
  await named(page, '消息')
  await expect(shown(page)).toContainText('并写下体会')
  await expect(shown(page)).toContainText('还没有记为已读')
  await lookMini(page, 'message-not-noted')
  await page.unroute('**/graphql')
  await page.context().setOffline(true)
  await expect(shown(page)).toContainText('手机没有联网')
  await page.context().setOffline(false)
  await expect(shown(page)).not.toContainText('还没有记为已读')
  await lookMini(page, 'message')
  await goBack(page, '消息通知')
  await expect(shown(page)).toContainText('未读（1）')
  await expect(shown(page)).not.toContainText(first)
  await shown(page).locator('.message-title').filter({ hasText: title }).click()
  await named(page, '消息')
  await lookMini(page, 'message-meeting')
  await press(page, '查看会议')
  await named(page, '会议')
  await expect(shown(page)).toContainText(title)
  await expect(shown(page)).toContainText('需参加')
  await goBack(page, '消息')
  await goBack(page, '消息通知')
  await expect(shown(page)).toContainText('没有未读的消息')
  await touch(page, '全部')
  await expect(shown(page)).toContainText(first)
  await lookMini(page, 'messages-all')
  await touch(page, '（通知已撤回）')
  await expect(shown(page)).toContainText('这条通知已撤回')
  await expect(shown(page)).not.toContainText('并写下体会')
  await lookMini(page, 'message-withdrawn')
  await goBack(page, '消息通知')
  await goBack(page, '我的')
  await expect(shown(page)).not.toContainText('条未读')
  await expect(page.locator('.weui-tabbar__item').filter({ hasText: '我的' })).toHaveText('我的')
})

test('M-1.15 everything is marked as read at once; large type and a link from a message of the platform', async ({ page, operator }) => {
  const who = await someone('王启航')
  const ids = [await told([who], '第一份通知'), await told([who], '第二份通知')]
  // Opened from outside by somebody who is not signed in: the sign-in leads on to the message.
  await page.goto(`/m/#/pkg-message/message/index?id=${ids[0]}`)
  await page.reload()
  const agree = shown(page).locator('taro-button-core').filter({ hasText: '同意并继续' })
  await expect(agree).toBeVisible()
  await page.evaluate(() => localStorage.setItem('zhibu.large', JSON.stringify({ data: 'true' })))
  await agree.click()
  await type(page, '手机号', who.mobile)
  const sent = page.waitForResponse((answer) => answer.ok() && (answer.request().postData()?.includes('MiniSmsCode') ?? false))
  await press(page, '获取验证码')
  await sent
  await type(page, '验证码', await smsCode(operator, who.mobile))
  await press(page, '登录')
  await named(page, '消息')
  await expect(shown(page)).toContainText('第一份通知')
  await page.reload()
  await expect(shown(page)).toHaveClass(/large/)
  await lookMini(page, 'message-large')
  await goBack(page, '首页')
  await touch(page, '消息通知')
  await expect(shown(page)).toContainText('未读（1）')
  await press(page, '全部已读')
  await yes(page)
  await expect(shown(page)).toContainText('没有未读的消息')
  await lookMini(page, 'messages-none-large')
})

test('M-1.11 a reminder is made, kept while it is typed, changed and removed; a time that is over is not taken', async ({ page, operator }) => {
  await memberAt(page, operator, await someone('周海燕'))
  await touch(page, '日程管理')
  await named(page, '日程管理')
  await expect(shown(page)).toContainText('还没有日程')
  await lookMini(page, 'schedules-none')
  await press(page, '新增日程')
  await named(page, '新增日程')
  await type(page, '提醒我做什么', '参加支部党员大会')
  await type(page, '备注', '带上学习笔记')
  await pick(page, '日期')
  await pick(page, '时间')
  // The wheels stand at today, nine o'clock.
  if (new Date(Date.now() + 8 * 3_600_000).getUTCHours() >= 9) {
    await expect(shown(page)).toContainText('提醒的时间已经过了')
    await lookMini(page, 'schedule-past')
  }
  await touch(page, '每周')
  await page.reload()
  await expect(shown(page).getByLabel('提醒我做什么', { exact: true })).toHaveValue('参加支部党员大会')
  await touch(page, '提前 1 天')
  await expect(shown(page).getByText('平台消息', { exact: true })).toHaveCount(0)
  await touch(page, '语音电话')
  await expect(shown(page)).toContainText('到时会有一个电话打到您登记的手机号')
  await lookMini(page, 'schedule-call')
  await touch(page, '短信')
  await expect(shown(page)).toContainText('到时会收到一条短信')
  await lookMini(page, 'schedule')
  // The reminder arrives, its answer does not: the second try finds it there.
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('MiniSaveSchedule')) return route.fallback()
    await route.fetch()
    await route.abort()
  }, { times: 1 })
  await press(page, '保存')
  await expect(shown(page).getByRole('alert')).toBeVisible()
  await press(page, '保存')
  await named(page, '日程管理')
  await expect(shown(page).getByText('参加支部党员大会', { exact: true })).toHaveCount(1)
  await expect(shown(page)).toContainText('每周')
  await expect(shown(page)).toContainText('短信提醒，提前 1 天')
  await lookMini(page, 'schedules')
  await press(page, '修改')
  await named(page, '修改日程')
  await page.reload()
  await expect(shown(page).getByLabel('备注', { exact: true })).toHaveValue('带上学习笔记')
  await type(page, '备注', '带上思想汇报')
  await touch(page, '系统消息')
  await press(page, '保存')
  await named(page, '日程管理')
  await expect(shown(page)).toContainText('带上思想汇报')
  await expect(shown(page)).toContainText('系统消息提醒')
  await press(page, '删除')
  await yes(page)
  await expect(shown(page)).toContainText('还没有日程')
  await touch(page, '已过')
  await expect(shown(page)).toContainText('没有已过的日程')
})

test('M-1.15 PC-4.5 an administrator sends a notice from the phone, sees who has read it, reminds and takes it back', async ({ page, operator, browser }) => {
  const people = [await someone('吴建设'), await someone('郑国强')] as const
  const boss = await administrator(browser, operator)
  await lookMini(boss, 'party-notices')
  await touch(boss, '通知公告')
  await named(boss, '通知公告')
  await press(boss, '发布通知')
  await named(boss, '发布通知')
  const title = `收看报告会的通知${unique()}`
  await type(boss, '标题', title)
  await type(boss, '内容', '明天下午两点，在一楼会议室集中收看报告会。')
  await boss.reload()
  await expect(shown(boss).getByLabel('标题', { exact: true })).toHaveValue(title)
  await expect(shown(boss)).toContainText('发布 1 小时后还没有读的，发短信')
  await expect(shown(boss)).toContainText('发布 3 小时后还没有读的，打电话播报')
  await lookMini(boss, 'notice-send')
  await type(boss, '短信中的“事项”', '明天下午两点到一楼会议室')
  await lookMini(boss, 'notice-send-ladder')
  await press(boss, '下一步：核对人数和费用')
  const sheet = boss.getByRole('dialog')
  await expect(sheet).toContainText('通知人数')
  await expect(sheet).toContainText('明天下午两点到一楼会议室')
  await lookMini(boss, 'notice-plan')
  await sheet.evaluate((at) => at.scrollTo(0, at.scrollHeight))
  await lookMini(boss, 'notice-plan-cost')
  // The notice arrives, its answer does not: the second try is the same notice.
  let lost = 0
  await boss.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('MiniSendNotice') || lost++) return route.fallback()
    await route.fetch()
    await route.abort()
  })
  await sheet.locator('taro-button-core').filter({ hasText: '发布通知' }).click()
  await expect(shown(boss).locator('.bar-title')).toHaveText('通知')
  expect(lost).toBe(2)
  await expect(shown(boss)).toContainText(people[0].name)

  await memberAt(page, operator, people[0])
  await touch(page, '消息通知')
  await touch(page, title)
  await expect(shown(page)).toContainText('集中收看报告会')
  await expect.poll(async () => page.evaluate(() => document.body.textContent?.includes('还没有记为已读'))).toBe(false)
  await goBack(page, '消息通知')
  await expect(shown(page)).not.toContainText(title)

  await boss.reload()
  await expect(shown(boss)).toContainText('已读（1）')
  await lookMini(boss, 'notice-readers')
  await touch(boss, '已读（1）')
  await expect(shown(boss)).toContainText(people[0].name)
  await expect(shown(boss)).not.toContainText(people[1].name)
  await press(boss, '催读')
  await yes(boss)
  await expect(boss.getByText(/已催 \d+ 人/)).toBeVisible()
  await expect(shown(boss)).toContainText('短信')
  await lookMini(boss, 'notice-reminded')
  await press(boss, '撤回')
  await named(boss, '撤回通知')
  await touch(boss, '发错了对象')
  await lookMini(boss, 'notice-withdraw')
  await press(boss, '撤回通知')
  await yes(boss)
  await expect(shown(boss).locator('.bar-title')).toHaveText('通知')
  await expect(shown(boss)).toContainText('撤回：发错了对象')
  await expect(shown(boss).locator('taro-button-core').filter({ hasText: '催读' })).toHaveCount(0)
  await lookMini(boss, 'notice-withdrawn')
  await boss.goto('/m/#/pkg-notice/list/index')
  await named(boss, '通知公告')
  await expect(shown(boss)).toContainText('已撤回')
  await expect(shown(boss).getByText(title, { exact: true })).toHaveCount(1)
  await lookMini(boss, 'notices')
  await boss.context().close()
})

test('M-1.15 M-9.7 M-1.11 the built mini-programs count, read and mark; WeChat asks for consent, and what was agreed to arrives and opens the message', async () => {
  const double = await Double.start()
  const accounts = await double.control<Record<string, Record<string, string> | string> & { subscribe: { id: string }[] }>('accounts')
  const settings: Record<string, string> = {}
  for (const platform of ['wechat', 'alipay', 'dingtalk']) {
    const account = { ...(accounts[platform] as Record<string, string>), endpoint: double.at(platform) }
    for (const [name, value] of Object.entries(account)) settings[`ZHIBU__MINI__${platform.toUpperCase()}__${name.toUpperCase()}`] = JSON.stringify(value)
  }
  const template = accounts.subscribe[0]!.id
  const wechat = { template, page: 'pkg-message/message/index?id=', title: 'thing1', time: 'time2', organisation: 'thing3' }
  for (const [name, value] of Object.entries(wechat)) settings[`ZHIBU__SETTINGS__PUSH__WECHAT__${name.toUpperCase()}`] = JSON.stringify(value)
  const server = await OwnServer.start(settings)
  try {
    const operator = await enrolOperator(server.url, server.data)
    const tenant = await openTenant(operator, server.url, '中共滨海市引航集团委员会')
    const at = await addBranch(tenant.admin, tenant.root, '引航机关第一党支部')
    const mobile = someMobile()
    const id = await addMember(tenant.admin, member(at, '林晓燕', { mobile }))
    // The company has authorised the app at DingTalk.
    const { dingtalk } = await double.control<{ dingtalk: { userid: string } }>('people', { mobile: someMobile() })
    for (const event of [{ kind: 'ticket' }, { kind: 'authorise', corp: accounts.corp, name: '滨海市引航钉钉单位', admin: dingtalk.userid }]) {
      await double.control('push', { url: `${server.url}/callbacks/dingtalk`, event })
    }
    const send = async (title: string, text: string, ladder: AnnouncementInput['ladder'] = []) =>
      (await tenant.admin.api.ask(MiniSendNoticeDocument, { key: randomUUID(), input: { organisation: at, title, text, people: [id], ladder } })).messaging.send.announcement.id
    for (const target of ['weapp', 'alipay', 'dd']) await send(`消息 ${target}`, `给 ${target} 的全文`)
    const env = { ...process.env, ZHIBU_URL: server.url, ZHIBU_EMULATOR: double.at('control').replace(/\/_ctl\/$/, ''), ZHIBU_MOBILE: mobile, ZHIBU_MESSAGES: '1' }
    const { stdout } = await promisify(execFile)('node', ['harness/run.mjs', 'messages'], { cwd: MINIAPP, env })
    for (const target of ['weapp', 'alipay', 'dd']) expect(stdout).toContain(`通过 ${target} messages.mjs`)
    // By night platforms wait for morning, and so does this test.
    const hour = new Date(Date.now() + 8 * 3_600_000).getUTCHours()
    if (hour < 8 || hour >= 21) {
      await server.pass(((33 - hour) % 24) / 24)
      await tenant.admin.api.ask(SignInDocument, { input: { userName: tenant.admin.userName, password: PASSWORD } })
    }
    // WeChat heard the same answer as the page.
    await double.control('consents', { mobile, template, messages: 1 })
    const sent = await send('请看通知', '平台消息', [{ rung: 'PUSH', afterMinutes: 0 }])
    await expect.poll(async () => (await double.control<{ page: string }[]>('told')).map(({ page }) => page), { timeout: 60_000 }).toContain(`pkg-message/message/index?id=${sent}`)
    expect(await double.control<string[]>('report')).toEqual([])
    await tenant.admin.api.close()
  } finally {
    await server.stop()
    double.stop()
  }
})
