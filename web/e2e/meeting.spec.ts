import { MeetingsDocument, MiniAskLeaveDocument, MiniCastVoteDocument, MiniMeetingSignInDocument, MiniWriteNoteDocument, SaveMeetingDocument, StartMeetingDocument, OpenSignInDocument, MeetingDocument, type MeetingInput } from '../api/src/index'
import { Api } from './support/api'
import { choose, field, part, row, setDay } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member } from './support/member'
import { arrive, follow, menu, open } from './support/moves'
import { addAdministrator, openTenant, someMobile, takeOver, takeOverMember, type Account, type Operator, type Tenant } from './support/people'
import { expect, test } from './support/test'
import type { Page } from '@playwright/test'

let own: Tenant
let clerk: Account
let branch: string
let people: { name: string; id: string; account: Account }[] = []
const BRANCH = '港务机关党支部'
const NAMES = ['林晓燕', '陈建国', '周海燕', '许文静', '郑国强']

/** A time as the date field takes it. */
const at = (minutes: number): string => {
  const when = new Date(Date.now() + minutes * 60_000 + 8 * 3600_000)
  return `${when.toISOString().slice(0, 10)} ${when.toISOString().slice(11, 16)}`
}

async function enrol(operator: Operator, baseURL: string, name: string) {
  const mobile = someMobile()
  const id = await addMember(own.admin, member(branch, name, { mobile }))
  return { name, id, account: await takeOverMember(operator, await Api.open('tenant', baseURL), mobile) }
}

test.beforeAll(async ({ operator }, { project }) => {
  test.setTimeout(300_000)
  const baseURL = project.use.baseURL ?? ''
  own = await openTenant(operator, baseURL, '中共滨海市港务集团有限公司委员会')
  branch = await addBranch(own.admin, own.root, BRANCH)
  await addBranch(own.admin, own.root, '码头作业区党支部')
  people = []
  for (const name of NAMES) people.push(await enrol(operator, baseURL, name))
  clerk = await takeOver(await Api.open('tenant', baseURL), await addAdministrator(own.admin, branch, '支部管理员'))
})
test.afterAll(async () => {
  for (const one of people) await one.account.api.close()
  await clerk.api.close()
  await own.admin.api.close()
})

/** A meeting by the API, begun with signing in open. */
async function running(title: string): Promise<string> {
  const now = Date.now()
  const input: MeetingInput = {
    organisation: branch, types: ['theme_day'], title, mode: 'OFFLINE', startsAt: new Date(now).toISOString(), endsAt: new Date(now + 7200_000).toISOString(), place: '一楼会议室',
    agenda: '一、学习文件\n二、交流讨论', attend: 'MEMBERS',
  }
  const { id } = (await clerk.api.ask(SaveMeetingDocument, { input, publish: true })).meeting.save.meeting
  await clerk.api.ask(StartMeetingDocument, { id })
  await clerk.api.ask(OpenSignInDocument, { id })
  return id
}

/** The code that the screen shows now, from the address in its picture. */
async function shownCode(page: Page): Promise<string> {
  const address = await page.locator('.z-screen-qr').getAttribute('data-address')
  const code = new URLSearchParams(address?.split('?')[1]).get('c')
  if (!code) throw new Error(`no code in ${address}`)
  return code
}

async function signIn(page: Page, id: string, name: string): Promise<void> {
  const one = people.find((each) => each.name === name)
  await one?.account.api.ask(MiniMeetingSignInDocument, { id, code: await shownCode(page) })
}

test('PC-4.3c PC-4.3d PC-4.3e PC-4.3f PC-4.3g PC-4.3i a meeting goes from the plan to the minutes', async ({ pageAs }) => {
  const page = await pageAs(clerk)
  await open(page, '/meeting/list', '活动管理')
  await expect(menu(page).getByRole('link', { name: '活动管理' })).toBeVisible()
  await expect(page.getByText('此范围内还没有会议')).toBeVisible()
  await look(page, 'meeting-list-empty')

  // 年度计划
  await follow(page.getByRole('button', { name: '年度计划' }), '年度计划')
  const month = Number(at(0).slice(5, 7))
  await page.getByRole('button', { name: `${month}月添加计划`, exact: true }).click()
  await choose(page, '会议类型', '支部党员大会')
  await field(page.getByRole('dialog'), '主题').fill('第四季度党员大会')
  await page.getByRole('dialog').getByRole('button', { name: /保\s?存/ }).click()
  await expect(page.getByText('待召开')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await look(page, 'meeting-plan')

  // 新建
  await follow(page.getByRole('button', { name: '新建会议：第四季度党员大会' }), '新建会议')
  await expect(field(page, '会议主题')).toHaveValue('第四季度党员大会')
  await page.getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('请选择开始时间')).toBeVisible()
  await expect(page.getByText('请填写会议地点')).toBeVisible()
  await setDay(page, '开始时间', at(30))
  await setDay(page, '结束时间', at(20))
  await field(page, '会议地点').fill('一楼会议室')
  await field(page, '会议议程').fill('一、学习党的二十届四中全会精神\n二、讨论支部年度工作总结')
  await page.getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('结束时间应晚于开始时间')).toBeVisible()
  await look(page, 'meeting-form-faults')
  await setDay(page, '结束时间', at(150))
  await expect(part(page, '参会人员')).toContainText('应到 5 人')
  // What is typed is kept until it is sent.
  await page.waitForTimeout(600)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText('已恢复上次未提交的内容')).toBeVisible()
  await page.getByRole('button', { name: '添加不计入应到的人员' }).click()
  await choose(page, '第1名不计入应到的人员', `郑国强（${BRANCH}）`)
  await field(page, '第1名不计入应到的原因').fill('长期病休')
  await expect(part(page, '参会人员')).toContainText('应到 4 人，不计入应到 1 人')
  await choose(page, '主持人', `林晓燕（${BRANCH}）`)
  await choose(page, '记录人', `陈建国（${BRANCH}）`)
  await page.context().grantPermissions(['geolocation'])
  await page.context().setGeolocation({ latitude: 26.0745, longitude: 119.2965, accuracy: 20 })
  await page.getByRole('checkbox', { name: /定位签到/ }).check()
  await page.getByRole('button', { name: '使用当前位置' }).click()
  await expect(page.getByText('已取得当前位置')).toBeVisible()
  await page.getByText('查看应到名单').click()
  await look(page, 'meeting-form')
  await page.screenshot({ path: 'shots/meeting-form-whole.png', fullPage: true })
  await follow(page.getByRole('button', { name: '保存草稿' }), '第四季度党员大会')
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const progress = page.getByRole('region', { name: '会议进度' })
  await expect(progress).toContainText('下一步：发布')
  await look(page, 'meeting-draft')
  await progress.getByRole('button', { name: '发布' }).click()
  await expect(progress).toContainText('下一步：到时间后开始会议')

  // 请假
  await people.find(({ name }) => name === '许文静')?.account.api.ask(MiniAskLeaveDocument, { id, kind: 'DUTY', reason: '赴省里参加培训' })
  await page.reload()
  await page.getByRole('tab', { name: '参会名单（1 待批）' }).click()
  await page.getByRole('button', { name: '审批请假：许文静' }).click()
  await look(page, 'meeting-leave')
  await page.getByRole('dialog').getByRole('button', { name: '同意', exact: true }).or(page.getByRole('dialog').getByRole('button', { name: '同 意', exact: true })).click()
  await expect(row(page, '许文静')).toContainText('已同意')

  // 开始、签到
  await progress.getByRole('button', { name: '开始会议' }).click()
  await progress.getByRole('button', { name: '开启签到' }).click()
  await expect(progress).toContainText('签到进行中')
  await progress.getByRole('button', { name: '签到大屏' }).click()
  const screen = page.getByRole('main', { name: '签到大屏' })
  await expect(screen.getByRole('img', { name: '签到二维码' })).toBeVisible()
  await expect(screen.getByLabel('到会人数')).toContainText('应到4')
  await look(page, 'meeting-screen')
  await signIn(page, id, '林晓燕')
  await expect(screen.getByRole('list', { name: '最新签到' })).toContainText('林晓燕')
  for (const name of ['陈建国', '周海燕']) await signIn(page, id, name)
  await expect(screen.getByLabel('到会人数')).toContainText('实到3')
  await look(page, 'meeting-screen-signed')
  // Read from ten metres: on a screen two metres wide a name is then 34 mm high, a count ten centimetres, the code half a metre.
  const share = (selector: string, of: 'font' | 'width') => screen.locator(selector).first().evaluate((one, what) =>
    (what === 'font' ? parseFloat(getComputedStyle(one).fontSize) : one.getBoundingClientRect().width) / window.innerWidth, of)
  expect(await share('.z-screen-tiles li', 'font')).toBeGreaterThanOrEqual(0.017)
  expect(await share('.z-screen-main dd', 'font')).toBeGreaterThanOrEqual(0.05)
  expect(await share('.z-screen-qr svg', 'width')).toBeGreaterThanOrEqual(0.25)
  await screen.getByRole('button', { name: '返回会议' }).click()
  await arrive(page, '第四季度党员大会')

  // 投票
  await page.getByRole('tab', { name: '投票' }).click()
  await page.getByRole('button', { name: '新建投票' }).click()
  await field(page, '投票事项').fill('关于通过支部年度工作总结的决议')
  await page.getByRole('checkbox', { name: '不记名投票' }).check()
  await look(page, 'meeting-vote-form')
  await page.getByRole('dialog').getByRole('button', { name: /保\s?存/ }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const vote = page.getByRole('article', { name: '关于通过支部年度工作总结的决议' })
  await vote.getByRole('button', { name: '开始投票' }).click()
  await expect(vote).toContainText('已投 0 人，共 3 人')
  const ballot = (await clerk.api.ask(MeetingDocument, { id })).meeting.meeting.votes[0]?.id ?? ''
  for (const [name, choice] of [['林晓燕', 0], ['陈建国', 0], ['周海燕', 0]] as const) {
    await people.find((one) => one.name === name)?.account.api.ask(MiniCastVoteDocument, { id: ballot, choices: [choice] })
  }
  await expect(vote).toContainText('已投 3 人')
  await look(page, 'meeting-vote-open')
  const wall = await pageAs(clerk)
  await wall.setViewportSize({ width: 1920, height: 1080 })
  await wall.goto(`/meeting/list/${id}/screen`)
  await expect(wall.getByRole('region', { name: '正在投票' })).toContainText('已投 3 人，共 3 人')
  await look(wall, 'meeting-screen-vote')
  await vote.getByRole('button', { name: '投票名单' }).click()
  await expect(page.getByRole('dialog')).toContainText('任何人（包括管理员）都无法看到谁投了什么')
  await expect(page.getByRole('list', { name: '投票名单' })).toContainText('已投票')
  await look(page, 'meeting-voters')
  await page.keyboard.press('Escape')
  await vote.getByRole('button', { name: '结束投票' }).click()
  await page.getByRole('dialog', { name: /结束投票/ }).getByRole('button', { name: '结束投票' }).click()
  await expect(vote).toContainText('通过')
  await expect(vote.getByRole('list', { name: /的结果/ })).toContainText('3 票')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await look(page, 'meeting-vote-result')
  await expect(wall.getByRole('region', { name: '投票结果' })).toContainText('赞成')
  await look(wall, 'meeting-screen-result')

  // 笔记
  await people[0]?.account.api.ask(MiniWriteNoteDocument, { id, body: '要把全会精神落实到码头一线。' })
  await page.reload()
  await page.getByRole('tab', { name: '笔记（1）' }).click()
  await expect(page.getByRole('list', { name: '会议笔记' })).toContainText('落实到码头一线')
  await look(page, 'meeting-notes')

  // 散会、纪要
  await progress.getByRole('button', { name: '散会' }).click()
  await page.getByRole('dialog', { name: '现在散会？' }).getByRole('button', { name: /散\s?会/ }).click()
  await expect(progress).toContainText('下一步：填写纪要')
  await expect(wall.getByText('待纪要')).toBeVisible()
  await expect(field(page, '会议内容')).toHaveValue(/应到 4 人，实到 3 人，请假 1 人，缺席 0 人/)
  await expect(field(page, '会议决议')).toHaveValue(/赞成 3 票，反对 0 票，弃权 0 票，表决通过/)
  await expect(page.getByText('保存纪要后会议结束')).toBeVisible()
  await look(page, 'meeting-minutes-form')
  await page.getByRole('button', { name: '保存纪要并结束会议' }).click()
  await expect(progress).toContainText('会议已结束')
  await page.getByRole('button', { name: '更正纪要' }).click()
  await field(page, '待办事项').fill('陈建国：12月10日前上报年度总结')
  await page.getByRole('button', { name: '保存更正' }).click()
  await expect(page.getByText('请填写更正原因')).toBeVisible()
  await field(page, '更正原因').fill('补记待办事项')
  await page.getByRole('button', { name: '保存更正' }).click()
  await expect(page.getByRole('list', { name: '历次版本' })).toContainText('更正原因：补记待办事项')
  await look(page, 'meeting-minutes')
  await progress.getByRole('button', { name: '打印纪要' }).click()
  await arrive(page, '会议纪要')
  await expect(page.getByRole('article')).toContainText('林晓燕')
  await look(page, 'meeting-minutes-print')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await page.getByRole('dialog', { name: '生成会议纪要' }).getByRole('button', { name: '开始生成' }).click()
  const done = page.getByRole('status').filter({ hasText: '会议纪要已导出' })
  const download = page.waitForEvent('download')
  await done.getByRole('button', { name: '下载' }).click()
  expect((await download).suggestedFilename()).toMatch(/^会议纪要.*\.pdf$/)

  // 补学
  await open(page, `/meeting/list/${id}?tab=people`, '第四季度党员大会')
  await page.getByRole('checkbox', { name: '选择 许文静' }).check()
  await page.getByRole('button', { name: '登记补学' }).click()
  await expect(row(page, '许文静')).toContainText('已补学')
  await look(page, 'meeting-people')

  // 计划打勾，列表
  await open(page, '/meeting/list/plan', '年度计划')
  await expect(page.getByText('已召开', { exact: true })).toBeVisible()
  await open(page, '/meeting/list', '活动管理')
  await expect(row(page, '第四季度党员大会')).toContainText('已结束')
  await look(page, 'meeting-list')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'meeting-list-phone')
  await open(page, `/meeting/list/${id}`, '第四季度党员大会')
  await look(page, 'meeting-phone')
  await page.setViewportSize({ width: 1440, height: 900 })

  // 开展情况
  await open(page, '/meeting/stats', '开展情况')
  await expect(page.getByRole('list', { name: '各类型召开次数' })).toContainText('支部党员大会')
  await expect(page.getByRole('list', { name: '本年情况' })).toContainText('75%')
  await look(page, 'meeting-stats')
  await page.screenshot({ path: 'shots/meeting-stats-whole.png', fullPage: true })
  await page.getByRole('button', { name: '切换为深色' }).click()
  await look(page, 'meeting-stats-dark')
})

test('PC-4.3c PC-4.3d a meeting is repeated, edited by two, attended by hand, called off', async ({ pageAs }) => {
  const first = await running('一月主题党日')
  const page = await pageAs(clerk)
  page.on('dialog', (dialog) => void dialog.accept())
  // By hand, for several at once.
  await open(page, `/meeting/list/${first}?tab=people`, '一月主题党日')
  for (const name of ['陈建国', '周海燕']) await page.getByRole('checkbox', { name: `选择 ${name}` }).check()
  await page.getByRole('button', { name: '登记出勤' }).click()
  const drawer = page.getByRole('dialog', { name: '登记出勤' })
  await drawer.getByRole('button', { name: /登\s?记/ }).click()
  await expect(drawer.getByText('请填写代为登记的原因')).toBeVisible()
  await field(drawer, '原因').fill('手机没电，现场核对')
  await look(page, 'meeting-by-hand')
  await drawer.getByRole('button', { name: /登\s?记/ }).click()
  await expect(row(page, '陈建国')).toContainText('管理员登记：手机没电，现场核对')
  await expect(page.getByRole('list', { name: '到会情况' })).toContainText('到会率 40%')
  await choose(page, '查看', '未签到')
  await expect(page.getByText('共 3 条')).toBeVisible()

  // Repeated, with a video link.
  await page.getByRole('button', { name: '更多' }).click()
  await follow(page.getByRole('menuitem', { name: '复制为新会议' }), '新建会议')
  await expect(field(page, '会议主题')).toHaveValue('一月主题党日')
  await field(page, '会议主题').fill('二月主题党日')
  await setDay(page, '开始时间', at(2000))
  await page.getByRole('radio', { name: '线上线下结合' }).check()
  await field(page, '会议链接').fill('http://meet.example.com/1')
  await page.getByRole('button', { name: '发布' }).click()
  await expect(page.getByText('会议链接应以 https:// 开头')).toBeVisible()
  await field(page, '会议链接').fill('https://meet.example.com/1')
  await follow(page.getByRole('button', { name: '发布' }), '二月主题党日')
  await expect(page.getByRole('region', { name: '会议进度' })).toContainText('未开始')
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''

  // Two edit it.
  await page.getByRole('button', { name: '更多' }).click()
  await follow(page.getByRole('menuitem', { name: '编辑' }), '编辑会议')
  await field(page, '会议地点').fill('三楼会议室')
  const theirs = (await clerk.api.ask(MeetingDocument, { id })).meeting.meeting
  await clerk.api.ask(SaveMeetingDocument, {
    id, version: theirs.meeting.version, input: {
      organisation: branch, types: ['theme_day'], title: '二月主题党日（扩大）', mode: 'HYBRID', startsAt: theirs.meeting.startsAt, endsAt: theirs.meeting.endsAt, place: '一楼会议室',
      link: theirs.link, agenda: theirs.agenda, attend: 'MEMBERS', lateMinutes: theirs.lateMinutes,
    },
  })
  await page.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(page.getByText('此记录刚刚被他人修改')).toBeVisible()
  await look(page, 'meeting-conflict')
  await page.getByRole('button', { name: '载入最新内容并保留我填写的' }).click()
  await page.getByRole('dialog', { name: '已载入最新内容' }).getByRole('button').click()
  await expect(field(page, '会议主题')).toHaveValue('二月主题党日（扩大）')
  await expect(field(page, '会议地点')).toHaveValue('三楼会议室')
  await follow(page.getByRole('button', { name: /^保\s?存$/ }), '二月主题党日（扩大）')
  await expect(page.getByRole('region', { name: '会议进度' })).toContainText('三楼会议室')

  // Called off.
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '取消会议' }).click()
  const ask = page.getByRole('dialog', { name: '取消会议？' })
  await ask.getByRole('textbox').fill('与上级会议冲突')
  await ask.getByRole('button', { name: '取消会议' }).click()
  await expect(page.getByRole('region', { name: '会议进度' })).toContainText('取消原因：与上级会议冲突')
  await look(page, 'meeting-cancelled')
})

test('PC-4.3a PC-4.3b kinds are decided by the superior, warnings lead to meetings', async ({ pageAs }) => {
  const above = await pageAs(own.admin)
  await open(above, '/meeting/types', '会议类型管理')
  await look(above, 'meeting-types')
  await above.getByRole('button', { name: '新建类型' }).click()
  const form = above.getByRole('dialog', { name: '新建会议类型' })
  await field(form, '类型名称').fill('主题座谈会')
  await look(above, 'meeting-type-form')
  await form.getByRole('button', { name: /保\s?存/ }).click()
  await expect(row(above, '主题座谈会')).toContainText('自建')
  await above.getByRole('tab', { name: '组织可召开类型' }).click()
  await above.getByRole('radiogroup', { name: '主题座谈会' }).getByText('不允许').click()
  await expect(above.getByRole('list', { name: '会议类型' })).toContainText('本组织单独规定')
  await look(above, 'meeting-limits')

  const page = await pageAs(clerk)
  await open(page, '/meeting/types', '会议类型管理')
  await expect(page.getByRole('button', { name: '新建类型' })).toHaveCount(0)
  await page.getByRole('tab', { name: '组织可召开类型' }).click()
  const kind = page.getByRole('listitem').filter({ hasText: '主题座谈会' })
  await expect(kind).toContainText('不能召开')
  await expect(kind).toContainText('按中共滨海市港务集团有限公司委员会的规定')
  await expect(page.getByRole('radiogroup')).toHaveCount(0)
  await look(page, 'meeting-limits-told')
  await open(above, '/meeting/stats', '开展情况')
  const warning = above.getByRole('list', { name: '预警' }).getByRole('link', { name: '码头作业区党支部' }).first()
  await look(above, 'meeting-stats-above')
  await follow(warning, '活动管理')
  await expect(above.getByText('没有符合条件的数据')).toBeVisible()
})

test('PC-4.3h a video goes on where its upload broke off', async ({ pageAs }) => {
  const id = await running('十一月主题党日')
  const page = await pageAs(clerk)
  page.on('dialog', (dialog) => void dialog.accept())
  await open(page, `/meeting/list/${id}?tab=files`, '十一月主题党日')
  const bytes = Buffer.alloc(20 * 1024 * 1024, 7)
  bytes.write('ftypisom', 4)
  const video = { name: '党日现场.mp4', mimeType: 'video/mp4', buffer: bytes }
  let [puts, broken] = [0, true]
  await page.route((url) => url.pathname.includes('/'), async (route) => {
    if (route.request().method() !== 'PUT') return route.fallback()
    puts += 1
    return broken && puts > 1 ? route.abort('internetdisconnected') : route.fallback()
  })
  await page.getByTestId('upload-VIDEO').setInputFiles(video)
  await expect(page.getByText('网络中断，正在等待网络恢复…')).toBeVisible()
  await look(page, 'meeting-upload-broken')
  await page.reload()
  await expect(page.getByText('有未完成的视频上传')).toBeVisible()
  await look(page, 'meeting-upload-again')
  ;[puts, broken] = [0, false]
  await page.getByTestId('upload-VIDEO').setInputFiles(video)
  const videos = page.getByRole('list', { name: '视频' })
  await expect(videos).toContainText('党日现场.mp4')
  expect(puts, 'only the missing parts were sent').toBe(2)
  await videos.getByRole('switch', { name: '同步到资料库：党日现场.mp4' }).click()
  await expect(videos.getByRole('switch')).toBeChecked()
  await page.getByTestId('upload-PHOTO').setInputFiles({ name: '合影.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') })
  await expect(page.getByRole('list', { name: '照片' })).toContainText('合影.png')
  await expect(page.getByText('有未完成的视频上传')).toHaveCount(0)
  await look(page, 'meeting-files')
  const download = page.waitForEvent('download')
  await videos.getByRole('button', { name: '党日现场.mp4', exact: true }).click()
  expect((await download).suggestedFilename()).toBe('党日现场.mp4')
})

test('PC-4.3e the screen tells an interruption and comes back by itself', async ({ pageAs }) => {
  const id = await running('十二月主题党日')
  const page = await pageAs(clerk)
  await page.goto(`/meeting/list/${id}/screen`)
  const screen = page.getByRole('main', { name: '签到大屏' })
  await expect(screen.getByRole('img', { name: '签到二维码' })).toBeVisible()
  await signIn(page, id, '林晓燕')
  await expect(screen.getByRole('list', { name: '最新签到' })).toContainText('林晓燕')
  const code = await shownCode(page)
  await page.context().setOffline(true)
  await expect(screen.getByRole('alert')).toContainText('连接中断，正在重连…', { timeout: 10_000 })
  await page.waitForTimeout(5000)
  await expect(screen.getByRole('alert')).toContainText('连接中断，正在重连…')
  await expect(screen.getByRole('img', { name: '签到二维码' })).toHaveCount(0)
  await look(page, 'meeting-screen-cut')
  await page.context().setOffline(false)
  await expect(screen.getByRole('img', { name: '签到二维码' })).toBeVisible({ timeout: 20_000 })
  await expect(screen.getByRole('alert')).toHaveCount(0)
  await expect.poll(() => shownCode(page), { timeout: 30_000 }).not.toBe(code)
  await signIn(page, id, '陈建国')
  await expect(screen.getByRole('list', { name: '最新签到' })).toContainText('陈建国')
  const { totalCount } = (await clerk.api.ask(MeetingsDocument, { filter: { states: ['RUNNING'] } })).meeting.meetings
  expect(totalCount).toBeGreaterThan(0)
})
