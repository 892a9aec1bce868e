import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { devices, type Browser, type Page } from '@playwright/test'
import {
  MiniMeetingDocument, MiniOpenSignInDocument, MiniPrepareVoteDocument, MiniSaveMeetingDocument, MiniStartMeetingDocument, MiniStartVoteDocument, MiniEndVoteDocument, MiniRecordAttendanceDocument,
  MiniWriteNoteDocument, type MeetingInput, type MeetingVoteInput,
} from '../api/src/index'
import { Api } from './support/api'
import { addBranch, addMember, member } from './support/member'
import { goBack, lookMini, named, pick, press, shown, signInMini, tab, touch, type } from './support/mini'
import { addAdministrator, enrolOperator, openTenant, smsCode, someMobile, takeOver, unique, type Account, type Operator, type Tenant } from './support/people'
import { Double, OwnServer } from './support/server'
import { expect, test } from './support/test'

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['iPhone 13']
const PHONE = { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch }
test.use(PHONE)

const HALL = { latitude: 32.060255, longitude: 118.796877, accuracy: 20 }
const AWAY = { latitude: 32.160255, longitude: 118.796877, accuracy: 20 }
let own: Tenant
let clerk: Account
let branch: string
let elsewhere: string

test.beforeAll(async ({ operator }, { project }) => {
  const at = project.use.baseURL ?? ''
  own = await openTenant(operator, at, `中共滨海市灯塔集团委员会${unique()}`)
  branch = await addBranch(own.admin, own.root, '灯塔机关第一党支部')
  elsewhere = await addBranch(own.admin, own.root, '灯塔船厂第二党支部')
  clerk = await takeOver(await Api.open('tenant', at), await addAdministrator(own.admin, branch, '支部管理员'))
})
test.afterAll(async () => {
  await clerk.api.close()
  await own.admin.api.close()
})

interface Person { id: string; name: string; mobile: string }
async function someone(name: string, at = branch): Promise<Person> {
  const mobile = someMobile()
  return { id: await addMember(own.admin, member(at, name, { mobile })), name, mobile }
}

const form = (title: string, more: Partial<MeetingInput> = {}): MeetingInput => ({
  organisation: branch, types: ['theme_day'], title, mode: 'OFFLINE', startsAt: new Date(Date.now() + 600_000).toISOString(), endsAt: new Date(Date.now() + 7_800_000).toISOString(), place: '一楼会议室',
  agenda: '一、学习文件精神\n二、讨论并通过决议', attend: 'MEMBERS', ...more,
})

/** A meeting that is announced; its id. */
async function announced(title: string, more: Partial<MeetingInput> = {}): Promise<string> {
  return (await clerk.api.ask(MiniSaveMeetingDocument, { input: form(title, more), publish: true })).meeting.save.meeting.id
}

/** The same, begun and with signing in open. */
async function running(title: string, more: Partial<MeetingInput> = {}): Promise<string> {
  const id = await announced(title, more)
  await clerk.api.ask(MiniStartMeetingDocument, { id })
  await clerk.api.ask(MiniOpenSignInDocument, { id })
  return id
}

/** The code that the big screen shows now. */
async function codeOf(browser: Browser, meeting: string): Promise<string> {
  const context = await browser.newContext({ storageState: await clerk.api.storage() })
  const page = await context.newPage()
  await page.goto('/readyz')
  const code = await page.evaluate((id) => new Promise<string>((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/graphql`, 'graphql-transport-ws')
    socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init' }))
    socket.onclose = () => reject(new Error('closed'))
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data))
      if (message.type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription($id: ID!) { meetingScreen(id: $id) { code } }', variables: { id } } }))
      if (message.type === 'next') resolve(message.payload.data.meetingScreen.code)
    }
  }), meeting)
  await context.close()
  return code
}

const link = (meeting: string, code: string) => `/m/#/pkg-meeting/sign/index?m=${meeting}&c=${encodeURIComponent(code)}`

/** Opens a link as a phone's camera does: in a page of its own. */
async function follow(page: Page, address: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(address)
}

/** Answers the question that is asked before something final. */
const yes = (page: Page) => page.locator('.taro-model__confirm').filter({ visible: true }).click()

const vote = async (meeting: string, input: Partial<MeetingVoteInput>): Promise<string> => {
  await clerk.api.ask(MiniPrepareVoteDocument, { meeting, input: { title: '通过工作总结', options: [], most: 1, secret: false, rule: 'RESOLUTION', ...input } })
  const { votes } = (await clerk.api.ask(MiniMeetingDocument, { id: meeting })).meeting.meeting
  const id = votes[votes.length - 1]!.id
  await clerk.api.ask(MiniStartVoteDocument, { id })
  return id
}

const arrived = (meeting: string, ...people: Person[]) => clerk.api.ask(MiniRecordAttendanceDocument, { id: meeting, people: people.map(({ id }) => id), attendance: 'PRESENT', note: '现场核对' })

/** The administrator on a phone of his own. */
async function administrator(browser: Browser, operator: Operator): Promise<Page> {
  const mobile = someMobile()
  await addAdministrator(own.admin, branch, '陈书记', mobile)
  const context = await browser.newContext({ ...PHONE, permissions: ['geolocation'], geolocation: HALL })
  const page = await context.newPage()
  await signInMini(page, operator, mobile)
  await named(page, '首页')
  await tab(page, '党务')
  await named(page, '党务')
  await shown(page).getByText('组织生活', { exact: true }).last().click()
  await named(page, '组织生活')
  return page
}

test('M-1.3 M-2.1 a member sees the own meetings and asks for leave, which is granted on another phone', async ({ page, operator, browser }) => {
  const who = await someone('林守望')
  const title = `十一月主题党日${unique()}`
  await announced(title)
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await named(page, '我的组织生活')
  await expect(shown(page)).toContainText(title)
  await lookMini(page, 'my-meetings')
  await touch(page, title)
  await named(page, '会议')
  await expect(shown(page)).toContainText('需参加')
  await lookMini(page, 'meeting-upcoming')
  await press(page, '请假')
  await named(page, '请假')
  await touch(page, '病假')
  await touch(page, '需到医院就诊')
  await page.reload()
  await expect(shown(page).getByLabel('请假原因', { exact: true })).toHaveValue('需到医院就诊')
  await lookMini(page, 'meeting-leave')
  await press(page, '提交请假')
  await expect(shown(page)).toContainText('请假待审批')
  await lookMini(page, 'meeting-leave-asked')

  const boss = await administrator(browser, operator)
  await expect(shown(boss)).toContainText(title)
  await lookMini(boss, 'meetings-held')
  await touch(boss, title)
  await named(boss, '会议管理')
  await touch(boss, '请假审批')
  await named(boss, '请假审批')
  await expect(shown(boss)).toContainText('需到医院就诊')
  await lookMini(boss, 'meeting-leaves')
  await shown(boss).locator('taro-button-core').filter({ hasText: /^同意$/ }).click()
  await expect(shown(boss)).toContainText('没有等待审批的请假')
  await boss.context().close()

  // The page that was left behind looks again by itself.
  await expect(shown(page)).toContainText('请假待审批')
  await page.reload()
  await expect(shown(page)).toContainText('请假已同意')
  await press(page, '撤回请假')
  await yes(page)
  await expect(shown(page)).toContainText('需参加')
})

test('M-9.6 M-2.1 a scanned link leads through the sign-in to the signing in; refusals say what to do', async ({ page, operator, browser }) => {
  const [who, stranger] = [await someone('王启航'), await someone('赵外客', elsewhere)]
  const id = await running(`扫码签到的会议${unique()}`)
  // The code of an hour ago, opened by the camera of somebody who is not signed in.
  await page.goto(link(id, '1.00000000000000000000000000000000'))
  const agree = shown(page).locator('taro-button-core').filter({ hasText: '同意并继续' })
  await agree.click()
  await type(page, '手机号', who.mobile)
  const sent = page.waitForResponse((answer) => answer.ok() && (answer.request().postData()?.includes('MiniSmsCode') ?? false))
  await press(page, '获取验证码')
  await sent
  await type(page, '验证码', await smsCode(operator, who.mobile))
  await press(page, '登录')
  await expect(shown(page)).toContainText('二维码已更新')
  await lookMini(page, 'sign-expired')
  await follow(page, link(id, await codeOf(browser, id)))
  await expect(shown(page)).toContainText('王启航，签到成功')
  await lookMini(page, 'sign-done')
  await page.evaluate(() => localStorage.setItem('zhibu.large', JSON.stringify({ data: 'true' })))
  // Again is the same.
  await page.reload()
  await expect(shown(page)).toContainText(/签到成功|二维码已更新/)
  await press(page, '会议')
  await named(page, '会议')
  await expect(shown(page)).toContainText('已签到')
  await expect(shown(page)).toHaveClass(/large/)
  await lookMini(page, 'meeting-signed')
  // 扫一扫 stands on 我的.
  await goBack(page, '首页')
  await tab(page, '我的')
  await expect(shown(page)).toContainText('扫一扫')
  await touch(page, '扫一扫')
  await expect(page.getByText('请打开手机的相机')).toBeVisible()
  await page.locator('.taro-model__confirm').filter({ visible: true }).click()
  await lookMini(page, 'me-scan')

  const context = await browser.newContext(PHONE)
  const other = await context.newPage()
  await signInMini(other, operator, stranger.mobile)
  await named(other, '首页')
  await follow(other, link(id, await codeOf(browser, id)))
  await expect(shown(other)).toContainText('不在参会名单中')
  await lookMini(other, 'sign-not-invited')
  await context.close()
})

test('M-2.1 signing in by the place: forbidden, too far, there', async ({ operator, browser }) => {
  const who = await someone('孙远山')
  const title = `定位签到的会议${unique()}`
  await running(title, { fence: { latitude: HALL.latitude, longitude: HALL.longitude, frame: 'WGS84', radius: 200 } })
  const context = await browser.newContext({ ...PHONE, permissions: [] })
  const page = await context.newPage()
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await touch(page, '进行中')
  await touch(page, title)
  await named(page, '会议')
  await lookMini(page, 'meeting-running')
  await press(page, '定位签到')
  await named(page, '签到')
  await lookMini(page, 'sign-place')
  await press(page, '我在会场，签到')
  await expect(shown(page)).toContainText('没有定位权限')
  await expect(shown(page)).toContainText('怎样允许定位')
  await lookMini(page, 'sign-forbidden')
  await context.grantPermissions(['geolocation'])
  await context.setGeolocation(AWAY)
  await press(page, '重新定位')
  await expect(shown(page)).toContainText('不在会场范围内')
  await expect(shown(page)).toContainText('超出签到范围')
  await lookMini(page, 'sign-far')
  await context.setGeolocation(HALL)
  await press(page, '重新定位')
  await expect(shown(page)).toContainText('孙远山，签到成功')
  await context.close()
})

test('M-1.3 PC-4.3f a vote appears without a reload and is cast once, whatever is lost on the way; notes of two phones are both kept', async ({ page, operator }) => {
  const people = [await someone('周海燕'), await someone('吴建设'), await someone('郑国强')] as const
  const title = `投票的会议${unique()}`
  const id = await running(title)
  await signInMini(page, operator, people[0].mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await touch(page, '进行中')
  await touch(page, title)
  await named(page, '会议')
  await arrived(id, ...people)
  const named1 = await vote(id, { title: '通过年度工作总结' })
  const sheet = page.getByRole('dialog')
  await expect(sheet).toContainText('通过年度工作总结', { timeout: 5_000 })
  await expect(sheet).toContainText('记名投票')
  await lookMini(page, 'ballot')
  await sheet.getByRole('radio', { name: '赞成' }).click()
  await press(page, '选好了')
  await expect(sheet).toContainText('请核对您的选择')
  await lookMini(page, 'ballot-check')
  // The ballot arrives, its answer does not.
  let lost = 0
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('MiniCastVote') || lost++) return route.fallback()
    await route.fetch()
    await route.abort()
  })
  await press(page, '确认投票')
  await expect(sheet).toContainText('已投票')
  expect(lost).toBe(2)
  await lookMini(page, 'ballot-cast')
  await press(page, '知道了')
  await expect(sheet).toHaveCount(0)
  await clerk.api.ask(MiniEndVoteDocument, { id: named1 })
  await expect(shown(page)).toContainText('1 票', { timeout: 5_000 })

  // 不记名, several of many; a lost answer of such a vote says 已投票.
  const secret = await vote(id, { title: '选举支部委员', secret: true, rule: 'ELECTION', options: ['陈建国', '许文静', '马晓东'], most: 2 })
  await expect(sheet).toContainText('任何人（包括管理员）都无法看到谁投了什么', { timeout: 5_000 })
  await sheet.getByRole('checkbox', { name: '陈建国' }).click()
  await sheet.getByRole('checkbox', { name: '马晓东' }).click()
  await sheet.getByRole('checkbox', { name: '许文静' }).click()
  await expect(sheet).toContainText('最多选 2 项，已选 2 项')
  await lookMini(page, 'ballot-secret')
  await press(page, '选好了')
  lost = 0
  await press(page, '确认投票')
  await expect(sheet).toContainText('已投票')
  expect(lost).toBe(2)
  await press(page, '知道了')
  await clerk.api.ask(MiniEndVoteDocument, { id: secret })
  await expect(shown(page)).toContainText('选举支部委员')
  // One ballot of a secret vote says who cast it: it is not counted.
  await expect(shown(page)).toContainText('投票不足3人，为保守秘密未计票')
  await lookMini(page, 'meeting-votes')

  await press(page, '写笔记')
  await named(page, '会议笔记')
  await type(page, '笔记', '第一点：守好安全线。')
  await page.reload()
  await expect(shown(page).getByLabel('笔记', { exact: true })).toHaveValue('第一点：守好安全线。')
  // Meanwhile something is written on a computer.
  const data = { query: MiniWriteNoteDocument.toString(), variables: { id, version: null, body: '在电脑上写的第二点。' } }
  expect((await (await page.request.post('/graphql', { headers: { 'x-zhibu-csrf': '1' }, data })).json()).errors).toBeUndefined()
  await press(page, '保存笔记')
  await expect(shown(page)).toContainText('在别处保存的内容')
  await expect(shown(page)).toContainText('在电脑上写的第二点。')
  await lookMini(page, 'note-conflict')
  await press(page, '两份都要，合在一起')
  await press(page, '保存笔记')
  await named(page, '会议')
  await expect(shown(page)).toContainText('在电脑上写的第二点。')
  await expect(shown(page)).toContainText('第一点：守好安全线。')
  await lookMini(page, 'meeting-note')
})

test('M-1.3 without a socket the page looks by itself, and the vote comes up all the same', async ({ page, operator }) => {
  const who = await someone('冯小溪')
  const title = `断线的会议${unique()}`
  const id = await running(title)
  await arrived(id, who)
  await page.routeWebSocket(/graphql/, (socket) => { void socket.close() })
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await touch(page, '进行中')
  await touch(page, title)
  await named(page, '会议')
  await expect(shown(page)).toContainText('正在重新连接')
  await lookMini(page, 'meeting-broken')
  await vote(id, { title: '通过会费预算' })
  await expect(page.getByRole('dialog')).toContainText('通过会费预算', { timeout: 15_000 })
})

test('M-1.3 a server that cannot answer for a moment is asked again: the page goes on', async ({ page, operator }) => {
  const who = await someone('程雨桐')
  const title = `忙碌的会议${unique()}`
  const id = await running(title)
  await arrived(id, who)
  let busy = 0
  await page.routeWebSocket(/graphql/, (socket) => socket.onMessage((text) => {
    const { type, id: number } = JSON.parse(String(text)) as { type: string; id?: string }
    if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }))
    if (type !== 'subscribe') return
    busy += 1
    socket.send(JSON.stringify({ id: number, type: 'next', payload: { data: null, errors: [{ message: '系统繁忙', path: ['meetingLive'], extensions: { code: 'UNAVAILABLE' } }] } }))
    socket.send(JSON.stringify({ id: number, type: 'complete' }))
  }))
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await touch(page, '进行中')
  await touch(page, title)
  await expect(shown(page)).toContainText('正在重新连接')
  await vote(id, { title: '通过会费预算' })
  await expect(page.getByRole('dialog')).toContainText('通过会费预算', { timeout: 15_000 })
  expect(busy).toBeGreaterThan(1)
})

test('M-2.1 an administrator publishes on the phone, opens signing in, records, holds a vote, takes a photo and writes the minutes', async ({ operator, browser }) => {
  const people = [await someone('何立新'), await someone('高远帆')] as const
  const page = await administrator(browser, operator)
  const title = `支部大会${unique()}`
  await press(page, '发布会议')
  await named(page, '发布会议')
  await touch(page, '支部党员大会')
  await expect(shown(page).getByLabel('会议主题', { exact: true })).toHaveValue(/月支部党员大会$/)
  await type(page, '会议主题', title)
  await pick(page, '日期')
  await pick(page, '开始时间')
  await type(page, '会议地点', '二楼会议室')
  await press(page, '以我现在的位置为会场')
  await expect(shown(page)).toContainText('已设会场位置（误差约 20 米）')
  await touch(page, '学习文件精神')
  await touch(page, '讨论并通过决议')
  await expect(shown(page).getByLabel('会议议程，一行一项', { exact: true })).toHaveValue('一、学习文件精神\n二、讨论并通过决议')
  await page.reload()
  await expect(shown(page).getByLabel('会议主题', { exact: true })).toHaveValue(title)
  await page.waitForTimeout(500)
  await lookMini(page, 'meeting-new')
  await press(page, '发布')
  await named(page, '会议管理')
  await expect(shown(page)).toContainText(title)
  await lookMini(page, 'meeting-hold')
  // Edited once more: what stands there is kept.
  await press(page, '修改会议')
  await named(page, '修改会议')
  await expect(shown(page).getByLabel('会议地点', { exact: true })).toHaveValue('二楼会议室')
  await type(page, '会议地点', '三楼会议室')
  await press(page, '保存')
  await named(page, '会议管理')
  await expect(shown(page)).toContainText('三楼会议室')
  await expect(shown(page)).toContainText('会场 300 米以内可定位签到')
  await press(page, '准备投票')
  await named(page, '准备投票')
  await type(page, '投票事项', '通过支部工作计划')
  await lookMini(page, 'vote-new')
  await press(page, '保存')
  await named(page, '会议管理')
  await expect(shown(page)).toContainText('通过支部工作计划')
  await press(page, '开始会议')
  await yes(page)
  await press(page, '开启签到')
  await expect(shown(page)).toContainText('签到已开启')
  await touch(page, '参会人员和代为登记')
  await named(page, '参会人员')
  await shown(page).getByRole('checkbox', { name: people[0].name, exact: true }).click()
  await shown(page).getByRole('checkbox', { name: people[1].name, exact: true }).click()
  await lookMini(page, 'meeting-marked')
  await press(page, '为选中的 2 人登记')
  await touch(page, '不会用手机签到')
  await lookMini(page, 'meeting-record')
  await shown(page).locator('taro-button-core').filter({ hasText: /^登记$/ }).click()
  await expect(shown(page)).not.toContainText(people[0].name)
  await touch(page, '出席')
  await expect(shown(page)).toContainText(people[0].name)
  await expect(shown(page)).toContainText('不会用手机签到')
  await lookMini(page, 'meeting-people')
  await goBack(page, '会议管理')
  await press(page, '开始投票')
  await yes(page)
  await expect(shown(page)).toContainText('已投 0 人 / 共 2 人')
  await lookMini(page, 'meeting-hold-running')
  await press(page, '结束投票')
  await yes(page)
  await expect(shown(page)).toContainText('可投票 2 人，已投 0 人')
  await touch(page, '会议照片')
  await named(page, '会议照片')
  await press(page, '拍照或选照片上传')
  const chosen = page.waitForEvent('filechooser')
  await page.getByText('从相册选择', { exact: true }).click()
  await (await chosen).setFiles({ name: '会场.png', mimeType: 'image/png', buffer: await page.screenshot() })
  await expect(shown(page)).toContainText('会场.png')
  await lookMini(page, 'meeting-photos')
  await shown(page).getByText('点开查看').click()
  await expect(page.locator('.viewer img')).toBeVisible()
  await expect.poll(() => page.locator('.viewer img').evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBeGreaterThan(0)
  await page.locator('.viewer').click()
  await goBack(page, '会议管理')
  await press(page, '散会')
  await yes(page)
  await press(page, '填写会议纪要')
  await named(page, '会议纪要')
  await expect(shown(page).getByLabel('会议内容', { exact: true })).toHaveValue(/实到 2 人/)
  await type(page, '会议决议', '一致同意支部工作计划')
  await lookMini(page, 'minutes-new')
  await press(page, '保存纪要并结束会议')
  await yes(page)
  await named(page, '会议管理')
  await expect(shown(page)).toContainText('一致同意支部工作计划')
  await expect(shown(page)).toContainText('已结束')
  await press(page, '更正会议纪要')
  await named(page, '更正纪要')
  await type(page, '会议决议', '一致通过支部工作计划')
  await type(page, '更正原因', '用词更正')
  await press(page, '保存更正')
  await yes(page)
  await expect(shown(page)).toContainText('更正原因：用词更正')
  await lookMini(page, 'meeting-finished')
  await page.context().close()
})

test('M-2.1 a meeting by video is published on the phone with its link, which its people find', async ({ page, operator, browser }) => {
  const who = await someone('沈明月')
  const title = `网上支部大会${unique()}`
  const door = 'https://meeting.example.com/dm/8Qx2bT'
  const boss = await administrator(browser, operator)
  await press(boss, '发布会议')
  await named(boss, '发布会议')
  await touch(boss, '支部党员大会')
  await type(boss, '会议主题', title)
  await pick(boss, '日期')
  await pick(boss, '开始时间')
  await touch(boss, '学习文件精神')
  await touch(boss, '视频会议')
  await expect(shown(boss).getByLabel('会议地点', { exact: true })).toHaveCount(0)
  await type(boss, '会议链接', 'meeting.example.com')
  await expect(shown(boss)).toContainText('会议链接应以 https:// 开头')
  // An invitation is pasted with its words.
  await type(boss, '会议链接', `点击链接入会：${door} 会议号 123`)
  await expect(shown(boss).getByLabel('会议链接', { exact: true })).toHaveValue(door)
  await type(boss, '主讲人', '周教授')
  await touch(boss, '15 分钟')
  await boss.reload()
  await expect(shown(boss).getByLabel('会议链接', { exact: true })).toHaveValue(door)
  await lookMini(boss, 'meeting-new-video')
  await press(boss, '发布')
  await named(boss, '会议管理')
  await expect(shown(boss)).toContainText(door)
  await expect(shown(boss)).toContainText('开始后 15 分钟')
  await boss.context().close()
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await touch(page, title)
  await named(page, '会议')
  await expect(shown(page)).toContainText(door)
  await expect(shown(page)).toContainText('复制视频会议链接')
  await expect(shown(page)).toContainText('周教授')
  await lookMini(page, 'meeting-by-video')
})

test('M-2.1 a meeting that is announced is called off with a reason, and its people read it', async ({ page, operator, browser }) => {
  const who = await someone('丁晚晴')
  const title = `取消的会议${unique()}`
  await announced(title)
  const boss = await administrator(browser, operator)
  await touch(boss, title)
  await press(boss, '取消会议')
  await named(boss, '取消会议')
  await touch(boss, '会场不能使用')
  await lookMini(boss, 'meeting-call-off')
  await press(boss, '取消会议')
  await yes(boss)
  await expect(shown(boss)).toContainText('取消原因：会场不能使用')
  await boss.context().close()
  await signInMini(page, operator, who.mobile)
  await named(page, '首页')
  await touch(page, '组织生活')
  await touch(page, '已结束')
  await touch(page, title)
  await expect(shown(page)).toContainText('取消原因：会场不能使用')
})

test('M-1.3 M-2.1 M-9.6 the built mini-programs of WeChat, Alipay and DingTalk find a meeting, scan its code, vote, and sign in by the place', async () => {
  const double = await Double.start()
  const accounts = await double.control<Record<string, Record<string, string> | string>>('accounts')
  const settings: Record<string, string> = {}
  for (const platform of ['wechat', 'alipay', 'dingtalk']) {
    const account = { ...(accounts[platform] as Record<string, string>), endpoint: double.at(platform) }
    for (const [name, value] of Object.entries(account)) settings[`ZHIBU__MINI__${platform.toUpperCase()}__${name.toUpperCase()}`] = JSON.stringify(value)
  }
  const server = await OwnServer.start(settings)
  try {
    const operator = await enrolOperator(server.url, server.data)
    const tenant = await openTenant(operator, server.url, '中共滨海市浮标集团委员会')
    const at = await addBranch(tenant.admin, tenant.root, '浮标机关第一党支部')
    const mobile = someMobile()
    await addMember(tenant.admin, member(at, '林晓燕', { mobile }))
    const boss = await takeOver(await Api.open('tenant', server.url), await addAdministrator(tenant.admin, at, '支部管理员'))
    // The company has authorised the app at DingTalk.
    const { dingtalk } = await double.control<{ dingtalk: { userid: string } }>('people', { mobile: someMobile() })
    for (const event of [{ kind: 'ticket' }, { kind: 'authorise', corp: accounts.corp, name: '滨海市浮标钉钉单位', admin: dingtalk.userid }]) {
      await double.control('push', { url: `${server.url}/callbacks/dingtalk`, event })
    }
    const meetings: Record<string, Record<string, string>> = { scan: {}, place: {} }
    for (const kind of ['scan', 'place']) for (const target of ['weapp', 'alipay', 'dd']) {
      const input = { ...form(`${kind} ${target}`, { fence: { latitude: 32.058, longitude: 118.802, frame: 'GCJ02', radius: 200 } }), organisation: at }
      const { id } = (await boss.api.ask(MiniSaveMeetingDocument, { input, publish: true })).meeting.save.meeting
      await boss.api.ask(MiniStartMeetingDocument, { id })
      await boss.api.ask(MiniOpenSignInDocument, { id })
      meetings[kind]![target] = id
    }
    const cookie = (await boss.api.storage()).cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const env = {
      ...process.env, ZHIBU_URL: server.url, ZHIBU_EMULATOR: double.at('control').replace(/\/_ctl\/$/, ''), ZHIBU_MOBILE: mobile, ZHIBU_MEETINGS: JSON.stringify(meetings), ZHIBU_COOKIE: cookie,
    }
    const { stdout } = await promisify(execFile)('node', ['harness/run.mjs', 'meeting-scan', 'meeting-place'], { cwd: join(import.meta.dirname, '../../miniapp'), env })
    for (const target of ['weapp', 'alipay', 'dd']) for (const name of ['meeting-scan', 'meeting-place']) expect(stdout).toContain(`通过 ${target} ${name}.mjs`)
    await boss.api.close()
    await tenant.admin.api.close()
  } finally {
    await server.stop()
    double.stop()
  }
})
