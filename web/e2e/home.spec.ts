import type { Page } from '@playwright/test'
import { idFacts, UpdateOrganisationDocument } from '../api/src/index'
import { field, part, row } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member, someId } from './support/member'
import { follow, open } from './support/moves'
import { organisation } from './support/organisation'
import { addAdministrator, openTenant, takeOver, type Tenant } from './support/people'
import { Api } from './support/api'
import { intercept } from './support/requests'
import { expect, test } from './support/test'

let own: Tenant
let general: string
let first: string
const GENERAL = '船舶修造公司党总支'

/** The day so many years and days before today. */
function before(years: number, days = 0): string {
  const date = new Date()
  date.setFullYear(date.getFullYear() - years)
  date.setDate(date.getDate() - days)
  return date.toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' })
}

/** A number's card or a bar, by what it is called and what it counts. */
const shows = (page: Page, title: string, words: RegExp) => expect(part(page, title).getByRole('listitem').filter({ hasText: words })).toHaveCount(1)

async function chooseRange(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: '组织范围' }).click()
  await page.locator('.ant-select-tree').getByTitle(name).click()
}

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市造船集团有限公司委员会')
  const { admin, root } = own
  general = await addBranch(admin, root, GENERAL, 'GENERAL_BRANCH')
  first = await addBranch(admin, general, '船坞车间党支部')
  const second = await addBranch(admin, root, '集团机关党支部')
  await addBranch(admin, root, '船厂离退休职工及家属区联合社区党支部')
  const born = (years: number, sex: '1' | '2' = '1'): string => {
    const id = someId(before(years))
    return idFacts(id).sex === sex ? id : born(years, sex)
  }
  const probationary = { memberType: 'PROBATIONARY', conversionDate: null } as const
  await addMember(admin, member(first, '陈海生', { idNumber: born(58) }))
  await addMember(admin, member(first, '黄志强', { idNumber: born(44), floating: true, flowDirection: '2' }))
  await addMember(admin, member(first, '林秀英', { idNumber: born(35, '2') }))
  await addMember(admin, member(first, '郑小东', { idNumber: born(26), ...probationary, joinDate: before(1, 20) }))
  await addMember(admin, member(second, '吴建国', { idNumber: born(67), joinDate: '1985-07-01', conversionDate: '1986-07-01' }))
  await addMember(admin, member(second, '何美兰', { idNumber: born(31, '2'), ...probationary, joinDate: before(1, -10) }))
  await addMember(admin, member(second, '许文斌', { idNumber: born(50), lostOn: before(0, 200), lostReason: '6' }))
  const term = async (id: string, shortName: string, type: 'GENERAL_BRANCH' | 'BRANCH', termStart: string) => {
    const { parent: _, ...input } = organisation(root, shortName, type)
    await admin.api.ask(UpdateOrganisationDocument, { id, version: 1, input: { ...input, parent: null, termYears: 3, termStart } })
  }
  await term(general, GENERAL, 'GENERAL_BRANCH', before(3, 5))
  await term(second, '集团机关党支部', 'BRANCH', before(3, -60))
})
test.afterAll(() => own.admin.api.close())

test('PC-10 the home page in numbers and charts, and the range at the top changes them', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/home', '首页')
  for (const words of [/^党组织 5 个/, /^党员 7 名/, /^正式党员 5 名/, /^预备党员 2 名 占 28.6%/, /^女党员 2 名/, /^流动党员 1 名/]) await shows(page, '数据概览', words)
  for (const words of [/^党支部 3 个/, /^党总支 1 个/, /^党委 1 个/]) await shows(page, '组织类别', words)
  for (const words of [/^30 岁及以下 1 名/, /^31～40 岁 2 名/, /^41～50 岁 2 名/, /^51～60 岁 1 名/, /^61 岁及以上 1 名/]) await shows(page, '年龄结构', words)
  const branches = part(page, '各组织党员数').getByRole('listitem')
  await expect(branches).toHaveText([/^船舶修造公司党总支 4 名/, /^集团机关党支部 3 名/, /^船厂离退休.* 0 名/])
  await look(page, 'home-numbers')

  const growth = part(page, '近12个月党员增减')
  await expect(growth.getByText('共增加 7 名，减少 0 名')).toBeVisible()
  await growth.locator('.z-line-slot').last().hover()
  await expect(growth.getByText('增加 7 名，减少 0 名，目前共 7 名')).toBeVisible()
  await growth.getByText('查看数据表').focus()
  await page.keyboard.press('Enter')
  await expect(growth.getByRole('row')).toHaveCount(13)
  await expect(growth.getByRole('row').nth(1)).toHaveText(/^\d{4}年\d+月707$/)
  await page.locator('.z-pair--charts').scrollIntoViewIfNeeded()
  await look(page, 'home-charts')

  await chooseRange(page, GENERAL)
  await shows(page, '数据概览', /^党组织 2 个/)
  await shows(page, '数据概览', /^党员 4 名/)
  await expect(part(page, '各组织党员数').getByRole('listitem')).toHaveText([/^船坞车间党支部 4 名/])
  await page.reload()
  await shows(page, '数据概览', /^党员 4 名/)
})

test('PC-10 every number, bar and reminder leads to a list that shows as many', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  const leads = async (title: string, name: RegExp, heading: string, rows: string[]) => {
    await open(page, '/home', '首页')
    await follow(part(page, title).getByRole('link', { name }), heading)
    for (const text of rows) await expect(row(page, text)).toHaveCount(1)
    await expect(page.locator('tr.ant-table-row')).toHaveCount(rows.length)
  }
  await leads('数据概览', /^预备党员/, '党员信息', ['郑小东', '何美兰'])
  await leads('数据概览', /^女党员/, '党员信息', ['林秀英', '何美兰'])
  await leads('数据概览', /^流动党员/, '党员信息', ['黄志强'])
  await leads('年龄结构', /^31～40 岁/, '党员信息', ['林秀英', '何美兰'])
  await leads('组织类别', /^党总支/, '组织信息', [GENERAL])
  await leads('待办提醒', /1 名预备党员预备期已满，还未转正/, '党员信息', ['郑小东'])
  await leads('待办提醒', /1 名预备党员预备期将在 30 天内届满/, '党员信息', ['何美兰'])
  await leads('待办提醒', /1 名党员失去联系/, '党员信息', ['许文斌'])
  await look(page, 'home-lost-members')
  await leads('待办提醒', /1 个组织任期已届满/, '组织信息', [GENERAL])
  await leads('待办提醒', /1 个组织任期将在半年内届满/, '组织信息', ['集团机关党支部'])
  await leads('待办提醒', /1 个组织信息未完善/, '组织信息', [own.name])

  await open(page, `/home?org=${general}`, '首页')
  await follow(part(page, '数据概览').getByRole('link', { name: /^正式党员/ }), '党员信息')
  await expect(page).toHaveURL(new RegExp(`org=${general}`))
  await expect(page.locator('tr.ant-table-row')).toHaveCount(3)
})

test('PC-3.1.1f PC-10 what a reminder asked for stands above the list until it is removed', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/home', '首页')
  await follow(part(page, '待办提醒').getByRole('link', { name: /任期已届满/ }), '组织信息')
  await expect(page.locator('tr.ant-table-row')).toHaveCount(1)
  await expect(page.getByText('待办：任期已届满')).toBeVisible()
  await look(page, 'organisations-term-over')
  // A search goes on among them, a reload keeps them, an export is of them.
  await field(page, '组织').fill('船舶')
  await page.getByRole('button', { name: '查询' }).click()
  await expect(page).toHaveURL(/attention=TERM_OVER/)
  await page.reload()
  await expect(page.locator('tr.ant-table-row')).toHaveCount(1)
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await expect(page.getByRole('dialog', { name: '导出组织信息' })).toContainText('全部 1 条')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '移除条件“待办：任期已届满”' }).click()
  await expect(page).not.toHaveURL(/attention/)
  await expect(page).toHaveURL(/search=/)
  await page.getByRole('button', { name: '重置' }).click()
  await expect(page.locator('tr.ant-table-row')).toHaveCount(5)
})

test('PC-10 the bar of a branch leads to its members, also out of another range', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  for (const [from, to] of [['/home', general], [`/home?org=${general}`, first]] as const) {
    await open(page, from, '首页')
    await follow(part(page, '各组织党员数').getByRole('link').first(), '党员信息')
    await expect(page).toHaveURL(new RegExp(`org=${to}`))
    await expect(page.locator('tr.ant-table-row')).toHaveCount(4)
  }
  await look(page, 'members-of-a-branch')
})

test('PC-10 numbers that are counted, fail or are not there leave the rest of the page alone', async ({ pageAs, baseURL }) => {
  const page = await pageAs(own.admin)
  let answer: 'wait' | 'fail' | 'pass' = 'wait'
  let release = () => {}
  const held = new Promise<void>((resolve) => { release = resolve })
  await intercept(page, 'Overview', async (route) => {
    if (answer === 'wait') await held
    return answer === 'pass' ? route.fallback() : route.fulfill({ status: 400, json: { errors: [{ message: '数据库维护中', extensions: { code: 'INTERNAL', id: 'e-18' } }] } })
  })
  await open(page, '/home', '首页')
  await expect(page.getByRole('img', { name: '正在统计' }).first()).toBeVisible()
  await look(page, 'home-counting')
  answer = 'fail'
  release()
  await expect(page.getByText('错误编号 e-18')).toBeVisible()
  await expect(part(page, '常用入口').getByRole('link', { name: '党员信息' })).toBeVisible()
  await look(page, 'home-failed')
  answer = 'pass'
  await page.getByRole('button', { name: '重试' }).click()
  await shows(page, '数据概览', /^党员 7 名/)

  // A branch has nobody below it, and its administrator sees nothing else.
  const api = await Api.open('tenant', baseURL ?? '')
  const empty = await addBranch(own.admin, general, '新建船台党支部')
  const secretary = await takeOver(api, await addAdministrator(own.admin, empty, '钱书记'))
  const mine = await pageAs(secretary)
  await open(mine, '/home', '首页')
  await shows(mine, '数据概览', /^党员 0 名/)
  await expect(part(mine, '待办提醒').getByText('暂无待办')).toBeVisible()
  await expect(part(mine, '年龄结构').getByText('此范围内还没有党员')).toBeVisible()
  await expect(part(mine, '各组织党员数').getByText('没有下级组织')).toBeVisible()
  await look(mine, 'home-empty')
  await open(mine, `/home?org=${first}`, '首页')
  await mine.getByRole('button', { name: '查看全部组织' }).click()
  await shows(mine, '数据概览', /^党组织 1 个/)
  await api.close()
})

test('PC-10 an import that was checked reminds of being confirmed, one with faults does not', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  const one = (id: string, fileName: string, badRows: number) => ({ __typename: 'Import', id, fileName, state: 'CHECKED', badRows })
  await intercept(page, 'WaitingImports', (route) => route.fulfill({ json: { data: { system: { imports: {
    nodes: route.request().postData()?.includes('"member"') ? [one('a1', '一季度党员.xlsx', 0), one('a2', '有错误.xlsx', 2)] : [],
  } } } } }))
  await open(page, '/home', '首页')
  const waiting = part(page, '待办提醒')
  await expect(waiting.getByText('导入文件')).toHaveCount(1)
  await follow(waiting.getByRole('link', { name: /“一季度党员.xlsx”已检查完毕/ }), '党员信息')
  await expect(page).toHaveURL(/import=a1/)
})

test('PC-10 who may not see organisations is not asked for numbers', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  let asked = 0
  await intercept(page, 'Overview', (route) => { asked++; return route.fallback() })
  await intercept(page, 'CurrentSession', async (route) => {
    const answer = await route.fetch()
    const body = await answer.json() as { data: { system: { session: { permissions: string[] } } } }
    const { session } = body.data.system
    session.permissions = session.permissions.filter((one) => one !== 'org.info.read')
    await route.fulfill({ response: answer, json: body })
  })
  await open(page, '/home', '首页')
  await expect(part(page, '常用入口').getByRole('link', { name: '党员信息' })).toBeVisible()
  await expect(part(page, '数据概览')).toHaveCount(0)
  expect(asked).toBe(0)
  await look(page, 'home-without-numbers')
})

test('PC-10 the home page in the dark and on a telephone', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/home', '首页')
  await shows(page, '数据概览', /^党员 7 名/)
  await page.getByRole('button', { name: '切换为深色' }).click()
  await look(page, 'home-dark')
  await part(page, '近12个月党员增减').scrollIntoViewIfNeeded()
  await look(page, 'home-dark-charts')
  await page.getByRole('button', { name: '切换为浅色' }).click()
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page, '/home', '首页')
  await shows(page, '数据概览', /^党员 7 名/)
  // The page clips what is too wide, so its width says nothing.
  const right = await page.locator('.z-page').evaluate((all) => Math.max(...[...all.querySelectorAll('*')].map((one) => one.getBoundingClientRect().right)))
  expect(right).toBeLessThanOrEqual(390)
  await look(page, 'home-phone')
  for (const title of ['待办提醒', '各组织党员数', '近12个月党员增减']) {
    await part(page, title).scrollIntoViewIfNeeded()
    await look(page, `home-phone-${['待办提醒', '各组织党员数', '近12个月党员增减'].indexOf(title)}`)
  }
  const slot = part(page, '近12个月党员增减').locator('.z-line-slot').nth(10)
  await slot.click()
  await expect(part(page, '近12个月党员增减').getByText(/增加 0 名，减少 0 名，月末共 0 名/)).toBeVisible()
})
