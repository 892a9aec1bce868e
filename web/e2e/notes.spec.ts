import { Api } from './support/api'
import { PublishTextDocument, SaveTextDocument, WritePledgeDocument, WriteStudyNoteDocument, type SampleKind } from '../api/src/index'
import { choose, field, row } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member } from './support/member'
import { follow, menu, open } from './support/moves'
import { addAdministrator, openTenant, someMobile, takeOver, takeOverMember, type Account, type Tenant } from './support/people'
import { expect, test } from './support/test'

const TEXT = '通过认真学习，我深刻认识到全心全意为人民服务不是一句口号，而是落实在每一天工作中的行动。作为一名在港口调度岗位工作了十五年的党员，我见证了码头从人工作业走向自动化的全过程。\n今后我将把学习所得用到班组建设里，带头钻研新设备，带好新徒弟，在急难险重任务面前站得出来、顶得上去。'
let own: Tenant
let clerk: Account
let writer: Account
let chen: string
let sampleTitle: string

test.beforeAll(async ({ operator }, { project }) => {
  const baseURL = project.use.baseURL ?? ''
  own = await openTenant(operator, baseURL, '中共滨海市轮渡集团有限公司委员会')
  const first = await addBranch(own.admin, own.root, '轮渡机关第一党支部')
  const second = await addBranch(own.admin, own.root, '轮渡码头第二党支部')
  const mobile = someMobile()
  await addMember(own.admin, member(first, '林晓燕', { mobile }))
  chen = await addMember(own.admin, member(second, '陈建国'))
  clerk = await takeOver(await Api.open('tenant', baseURL), await addAdministrator(own.admin, own.root, '组织员'))
  writer = await takeOverMember(operator, await Api.open('tenant', baseURL), mobile)
  sampleTitle = `一句话承诺（岗位${mobile}）`
  const sample = async (kind: SampleKind, title: string, body: string) => {
    const { id, version } = (await operator.api.ask(SaveTextDocument, { id: null, version: null, input: { kind, title, summary: '供参考的样式', body } })).document.saveText
    await operator.api.ask(PublishTextDocument, { id, version })
  }
  await sample('PLEDGE', sampleTitle, '我承诺：立足本职岗位，严格遵守操作规程，主动带教新员工，全年安全生产零事故。')
})
test.afterAll(async () => {
  await writer.api.close()
  await clerk.api.close()
  await own.admin.api.close()
})

test('PC-3.2.6a–c a member publishes a pledge from a sample, an administrator recommends it', async ({ pageAs }) => {
  const page = await pageAs(writer)
  await open(page, '/member/pledge', '党员承诺')
  await expect(menu(page).getByRole('link', { name: '党员承诺' })).toBeVisible()
  await expect(page.getByRole('radiogroup', { name: '显示方式' })).toHaveCount(0)
  await follow(page.getByRole('button', { name: '新建党员承诺' }), '新建党员承诺')
  await page.getByRole('button', { name: '提交' }).click()
  await expect(page.getByText('请输入标题', { exact: true })).toBeVisible()
  await look(page, 'notes-pledge-faults')
  await page.getByRole('button', { name: '参考范文' }).click()
  await expect(page.getByText(sampleTitle)).toBeVisible()
  await look(page, 'notes-samples')
  await page.getByRole('button', { name: `立即使用 ${sampleTitle}` }).click()
  await expect(field(page, '正文内容')).toHaveValue(/立足本职岗位/)
  await field(page, '标题').fill('争做岗位先锋')

  // What was typed is there again after the page was left.
  await page.waitForTimeout(600)
  await page.reload()
  await expect(page.getByText('已恢复上次未提交的内容')).toBeVisible()
  await expect(field(page, '标题')).toHaveValue('争做岗位先锋')
  await page.getByRole('button', { name: '提交' }).click()
  const drawer = page.getByRole('dialog', { name: '争做岗位先锋' })
  await expect(drawer.getByText('全年安全生产零事故')).toBeVisible()
  await expect(drawer.getByRole('button', { name: '推荐' })).toHaveCount(0)
  await look(page, 'notes-pledge-own')

  const office = await pageAs(clerk)
  await open(office, '/member/pledge', '党员承诺')
  await row(office, '争做岗位先锋').getByRole('button', { name: '争做岗位先锋' }).click()
  await office.getByRole('button', { name: '推荐', exact: true }).click()
  await expect(office.getByRole('dialog').getByText('已推荐')).toBeVisible()
  await look(office, 'notes-pledge-recommended')
  await office.getByRole('button', { name: '撤回' }).click()
  await office.getByRole('button', { name: '继续' }).click()
  await office.getByRole('button', { name: '撤回', exact: true }).last().click()
  await expect(office.getByRole('dialog', { name: '争做岗位先锋' }).getByText('已撤回')).toBeVisible()
})

test('PC-3.2.7a study notes are written for members, edited, counted and exported; copies are marked', async ({ pageAs }) => {
  await writer.api.ask(WriteStudyNoteDocument, { person: null, input: { title: '学习党章有感', body: TEXT, source: '党章' }, publish: true })
  const page = await pageAs(clerk)
  await open(page, '/member/study-note', '学习心得')
  await expect(row(page, '学习党章有感')).toBeVisible()
  await follow(page.getByRole('button', { name: '新建学习心得' }), '新建学习心得')
  await page.getByLabel('党员', { exact: true }).fill('陈建国')
  await page.getByTitle(/^陈建国（/).click()
  await field(page, '标题').fill('岗位学习体会')
  await field(page, '正文内容').fill(TEXT.replace('港口调度', '轮渡驾驶'))
  await look(page, 'notes-note-form')
  await page.getByRole('button', { name: '提交' }).click()
  const drawer = page.getByRole('dialog', { name: '岗位学习体会' })
  await expect(drawer.getByText('疑似雷同')).toBeVisible()
  await look(page, 'notes-note-similar')
  await follow(drawer.getByRole('button', { name: '编辑' }), '编辑学习心得')
  await field(page, '标题').fill('驾驶岗位学习体会')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('dialog', { name: '驾驶岗位学习体会' })).toBeVisible()
  await page.keyboard.press('Escape')
  await choose(page, '范围', '疑似雷同')
  await expect(row(page, '驾驶岗位学习体会').getByText(/相似 \d+%/)).toBeVisible()
  await expect(row(page, '学习党章有感')).toHaveCount(0)
  await page.getByRole('button', { name: '重置' }).click()
  await expect(row(page, '学习党章有感')).toBeVisible()
  await look(page, 'notes-note-list')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await expect(page.getByRole('dialog', { name: '导出学习心得' })).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: /^(开始)?导出/ }).last().click()
  await expect(page.getByRole('button', { name: /下载/ }).first()).toBeVisible({ timeout: 30_000 })
  await page.keyboard.press('Escape')

  await open(page, '/member/study-note?view=numbers', '学习心得')
  await expect(page.getByRole('list', { name: '本年情况' })).toContainText('2 篇')
  await expect(page.getByRole('table', { name: '各党支部发布情况' }).or(page.getByLabel('各党支部发布情况').getByRole('table')).first()).toContainText('轮渡码头第二党支部')
  await look(page, 'notes-numbers')
})

test('PC-3.2.6a on a telephone and in the dark', async ({ pageAs }) => {
  await own.admin.api.ask(WritePledgeDocument, { person: chen, input: { kind: 'FULL', year: new Date().getFullYear(), title: '全方位承诺书', body: TEXT }, publish: true })
  const page = await pageAs(clerk)
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page, '/member/pledge', '党员承诺')
  await expect(row(page, '全方位承诺书')).toBeVisible()
  await look(page, 'notes-list-phone')
  await row(page, '全方位承诺书').getByRole('button', { name: '全方位承诺书' }).click()
  await expect(page.getByRole('dialog', { name: '全方位承诺书' }).getByText('轮渡码头第二党支部')).toBeVisible()
  await look(page, 'notes-text-phone')
  await open(page, '/member/pledge/new', '新建党员承诺')
  await look(page, 'notes-form-phone')
  await open(page, '/member/pledge?view=numbers', '党员承诺')
  await expect(page.getByText('各党支部')).toBeVisible()
  await look(page, 'notes-numbers-phone')
  await page.emulateMedia({ colorScheme: 'dark' })
  await open(page, '/member/pledge?view=numbers', '党员承诺')
  await expect(page.getByText('各党支部')).toBeVisible()
  await look(page, 'notes-numbers-dark')
  await page.setViewportSize({ width: 1280, height: 800 })
  await open(page, '/member/pledge', '党员承诺')
  await row(page, '全方位承诺书').getByRole('button', { name: '全方位承诺书' }).click()
  await expect(page.getByRole('dialog', { name: '全方位承诺书' }).getByText('轮渡码头第二党支部')).toBeVisible()
  await look(page, 'notes-text-dark')
})
