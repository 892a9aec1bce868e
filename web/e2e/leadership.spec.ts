import { Api } from './support/api'
import { choose, row, setDay } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member } from './support/member'
import { follow, menu, open } from './support/moves'
import { addAdministrator, openTenant, takeOver, type Account, type Tenant } from './support/people'
import { expect, test } from './support/test'
import type { Locator, Page } from '@playwright/test'

let own: Tenant
let clerk: Account
const FIRST = '港务机关党支部'
const PDF = { name: '换届请示.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 one page') }
const NAMES = ['林晓燕', '陈建国', '周海燕', '许文静', '郑国强']

test.beforeAll(async ({ operator }, { project }) => {
  const baseURL = project.use.baseURL ?? ''
  own = await openTenant(operator, baseURL, '中共滨海市港务集团有限公司委员会')
  const first = await addBranch(own.admin, own.root, FIRST)
  for (const name of NAMES) await addMember(own.admin, member(first, name))
  clerk = await takeOver(await Api.open('tenant', baseURL), await addAdministrator(own.admin, first, '支部管理员'))
})
test.afterAll(async () => {
  await clerk.api.close()
  await own.admin.api.close()
})

async function upload(page: Page, name: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: `上传：${name}` }).click()
  await (await chooser).setFiles(PDF)
  await expect(page.getByRole('button', { name: `补充：${name}` })).toBeVisible()
}

async function chooseMember(page: Page, n: number, name: string): Promise<void> {
  const select = page.getByRole('combobox', { name: `第${n}名候选人`, exact: true })
  const wanted = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByTitle(`${name}（${FIRST}）`)
  // The list may be replaced by what was found while one clicks: a person clicks once more.
  await expect(async () => {
    if (!(await wanted.isVisible())) {
      await select.click()
      await select.fill(name)
    }
    await wanted.click({ timeout: 3000 })
    await expect(page.locator('.ant-select').filter({ has: select })).toContainText(name, { timeout: 1000 })
  }).toPass({ timeout: 60_000 })
}

const number = (place: Page | Locator, label: string): Locator => place.getByLabel(label, { exact: true }).and(place.getByRole('spinbutton'))

test('PC-3.1.2 an election goes from the request to the new term, and roles follow from posts', async ({ pageAs }) => {
  const page = await pageAs(clerk)
  await open(page, '/org/leadership', '班子管理')
  await expect(menu(page).getByRole('link', { name: '班子管理' })).toBeVisible()
  await expect(row(page, FIRST)).toContainText('未登记')
  await look(page, 'leadership-list')
  await page.getByRole('button', { name: '导入', exact: true }).click()
  await expect(page.getByRole('dialog', { name: '导入届次' })).toContainText('模板')
  await look(page, 'leadership-import')
  await page.getByRole('dialog', { name: '导入届次' }).getByRole('button', { name: 'Close' }).or(page.getByRole('dialog', { name: '导入届次' }).getByRole('button', { name: '关闭' })).first().click()
  await follow(row(page, FIRST).getByRole('button', { name: FIRST }), `${FIRST}班子`)
  await follow(page.getByRole('button', { name: '新建换届' }), '新建换届')
  await setDay(page, '拟召开选举大会日期', '2026-11-20')
  await page.getByRole('button', { name: '添加候选人' }).click()
  await chooseMember(page, 1, '林晓燕')
  // What is typed is kept until it is sent.
  await page.waitForTimeout(600)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText('已恢复上次未提交的内容')).toBeVisible()
  await page.getByRole('button', { name: '添加职务' }).click()
  await page.getByRole('button', { name: '添加候选人' }).click()
  await chooseMember(page, 2, '陈建国')
  await choose(page, '第2名候选人的职务', '委员')
  await look(page, 'leadership-start')
  await follow(page.getByRole('button', { name: '保存' }), `${FIRST}换届选举`)

  const progress = page.getByRole('region', { name: '当前进度' })
  await expect(progress).toContainText('差额应不少于应选人数的20%')
  await progress.getByRole('button', { name: '上报请示' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '上报请示' }).click()
  await expect(page.getByRole('dialog')).toContainText('请先上传换届请示')
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
  await upload(page, '换届请示')
  await progress.getByRole('button', { name: '上报请示' }).click()
  await setDay(page, '请示日期', '2026-11-01')
  await page.getByRole('dialog').getByRole('button', { name: '上报请示' }).click()
  await expect(progress).toContainText('等待上级党组织批复')
  await look(page, 'leadership-requested')

  const above = await pageAs(own.admin)
  await above.goto(page.url())
  const theirs = above.getByRole('region', { name: '当前进度' })
  await upload(above, '上级批复')
  await theirs.getByRole('button', { name: '批复同意' }).click()
  await setDay(above, '批复日期', '2026-11-05')
  await above.getByRole('dialog').getByRole('button', { name: '批复同意' }).click()
  await expect(theirs).toContainText('下一步：召开选举大会')

  await page.reload()
  await progress.getByRole('button', { name: '登记选举结果' }).click()
  const ballot = page.getByRole('dialog', { name: '登记选举结果' })
  await expect(ballot).toContainText('有选举权的正式党员 5 人')
  await setDay(page, '选举大会日期', '2026-11-20')
  for (const [label, value] of [['应到会人数', '5'], ['实到会人数', '3'], ['发出选票', '3'], ['收回选票', '3'], ['有效选票', '3']] as const) await number(ballot, label).fill(value)
  await number(ballot, '林晓燕赞成票').fill('3')
  await number(ballot, '陈建国赞成票').fill('2')
  await number(ballot, '陈建国反对票').fill('1')
  const result = ballot.getByRole('status', { name: '选举结果' })
  await expect(result).toContainText('不足应到会 5 人的五分之四')
  await look(page, 'leadership-no-quorum')
  for (const label of ['实到会人数', '发出选票', '收回选票', '有效选票']) await number(ballot, label).fill('5')
  await expect(result).toContainText('应等于有效选票 5 张')
  await number(ballot, '林晓燕赞成票').fill('5')
  await number(ballot, '陈建国赞成票').fill('4')
  await expect(result).toContainText('当选 2 人')
  await look(page, 'leadership-ballot')
  await ballot.getByRole('button', { name: '登记', exact: true }).click()
  await expect(progress).toContainText('报告上级党组织')
  await upload(page, '选举结果报告')
  await progress.getByRole('button', { name: '报告选举结果' }).click()
  await choose(page, '陈建国的分工', '组织委员')
  await look(page, 'leadership-report')
  await look(page, 'leadership-report')
  await page.getByRole('dialog').getByRole('button', { name: '报告选举结果' }).click()
  await expect(progress).toContainText('等待上级党组织批准选举结果')

  await above.reload()
  await upload(above, '选举结果批复')
  await theirs.getByRole('button', { name: '批准选举结果' }).click()
  await above.getByRole('dialog').getByRole('button', { name: '批准选举结果' }).click()
  await expect(theirs.getByRole('button', { name: '批准选举结果' })).toHaveCount(0)
  await expect(above.getByRole('dialog')).toHaveCount(0)
  await look(above, 'leadership-confirmed')

  await open(page, '/org/leadership', '班子管理')
  await expect(row(page, FIRST)).toContainText('2029-11-20')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'leadership-list-narrow')
  await page.setViewportSize({ width: 1280, height: 800 })
  await follow(row(page, FIRST).getByRole('button', { name: FIRST }), `${FIRST}班子`)
  const team = page.getByRole('list', { name: '现任班子成员' })
  await expect(team).toContainText('系统权限：支部书记')
  await expect(team).toContainText('组织委员')
  await look(page, 'leadership-team')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'leadership-team-narrow')
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('button', { name: '切换为深色' }).click()
  await look(page, 'leadership-team-dark')
  await page.getByRole('button', { name: '结束职务：林晓燕' }).click()
  await choose(page, '结束原因', '调离')
  await page.getByRole('dialog').getByRole('button', { name: '结束职务', exact: true }).click()
  await expect(team).not.toContainText('林晓燕')
  await expect(page.getByText('书记空缺')).toBeVisible()
  await expect(page.getByRole('list', { name: '历任班子成员' })).toContainText('调离')
})
