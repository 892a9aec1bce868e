import {
  ApproveTransferDocument, CreateOrganisationDocument, RequestOrganisationCommandDocument, SignInDocument, StartDevelopmentDocument, StartFlowOutDocument,
  StartOutboundDocument,
} from '../api/src/index'
import { Api } from './support/api'
import { doStep } from './support/development'
import { field, part, row } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member, someId } from './support/member'
import { open } from './support/moves'
import { organisation } from './support/organisation'
import { addAdministrator, enrolOperator, openTenant, PASSWORD, someMobile, takeOver, type Account, type Tenant } from './support/people'
import { OwnServer } from './support/server'
import { test, expect, type Browser, type Page } from '@playwright/test'

/*
 * What takes months: the days go by on a server of its own, one test after the other.
 */
test.describe.configure({ mode: 'serial' })

let server: OwnServer
let own: Tenant
let clerk: Account
let keeper: Account
const BRANCH = '远洋机关党支部'
const LEAVING = '旧船修理党支部'
const ENDING = '引航站党支部'

test.beforeAll(async () => {
  server = await OwnServer.start()
  const operator = await enrolOperator(server.url, server.data)
  own = await openTenant(operator, server.url, '中共滨海市远洋集团有限公司委员会')
  const { admin, root } = own
  const branch = await addBranch(admin, root, BRANCH)
  const empty = await addBranch(admin, root, LEAVING)
  const term = new Date(Date.parse(server.day(200)))
  term.setUTCFullYear(term.getUTCFullYear() - 3)
  const began = term.toISOString().slice(0, 10)
  const input = { ...organisation(root, ENDING), foundedOn: '2012-07-01', termYears: 3, termStart: began }
  await admin.api.ask(CreateOrganisationDocument, { input })
  clerk = await takeOver(await Api.open('tenant', server.url), await addAdministrator(admin, root, '组织员'))
  keeper = await takeOver(await Api.open('tenant', server.url), await addAdministrator(admin, branch, '支部管理员'))
  const people = new Map<string, string>()
  for (const name of ['林晓燕', '顾明远', '何晓东']) people.set(name, await addMember(admin, member(branch, name)))
  const of = (name: string): string => people.get(name) ?? ''

  // A case whose applicant has been talked to.
  const applicant = { branch, name: '许文静', idNumber: someId('1995-03-08'), mobile: someMobile(), ethnicity: '01', educationLevel: '21', workPost: '121', employer: null }
  const { id } = (await clerk.api.ask(StartDevelopmentDocument, { input: applicant })).development.start.case
  await doStep(clerk, server.url, id, 1, { on: server.day(-40) })
  await doStep(clerk, server.url, id, 2, { on: server.day(-20), people: [of('林晓燕')] })
  // Somebody who flows out and is spoken to today.
  const flow = { direction: '1', reason: 'work', startedOn: server.day(), otherName: '中共某市某街道工作委员会', otherContact: null, expectedOn: null, certificateNo: null, note: null }
  await clerk.api.ask(StartFlowOutDocument, { person: of('顾明远'), input: flow })
  // A letter that is valid for ten days.
  const out = { person: of('何晓东'), toName: '中共某市某局机关委员会', receiver: null, reason: 'job', note: null, duesPaidTo: null }
  const transfer = (await clerk.api.ask(StartOutboundDocument, { input: out })).mobility.startOutbound.transfer.id
  await clerk.api.ask(ApproveTransferDocument, { id: transfer, version: 1, note: '同意', letter: { validDays: 10, address: '滨海市港口路1号', phone: '025-12345678' } })
  // A branch that is dissolved in a fortnight.
  const command = { kind: 'DISSOLVE', organisation: empty, into: null, split: null, effectiveOn: server.day(15), approvalNo: '远党发〔2026〕6号', reason: '船坞关闭' } as const
  await admin.api.ask(RequestOrganisationCommandDocument, { input: command })
  await operator.api.close()
})
test.afterAll(async () => {
  await clerk.api.close()
  await keeper.api.close()
  await own.admin.api.close()
  await server.stop()
})

/** A page of somebody on the day that it is on the server; whoever was away that long signs in again. */
async function pageOf(browser: Browser, { api, userName }: Account): Promise<Page> {
  await api.ask(SignInDocument, { input: { userName, password: PASSWORD } })
  const context = await browser.newContext({ storageState: await api.storage(), baseURL: server.url })
  await server.tell(context)
  return context.newPage()
}

test('PC-3.1.2 PC-3.2.2 PC-3.2.3 PC-3.2.4 today nothing is due', async ({ browser }) => {
  const page = await pageOf(browser, clerk)
  await open(page, '/org/leadership', '班子管理')
  await expect(row(page, ENDING)).toContainText('200 天')
  await open(page, '/org/info/changes', '组织变更')
  await expect(row(page, LEAVING)).toContainText('待生效')
  await open(page, '/member/transfer', '党员调动')
  await expect(row(page, '何晓东')).toContainText('已开介绍信')
  await open(page, '/member/flow', '党员流动')
  await expect(row(page, '顾明远')).not.toContainText('超过')
  await open(page, '/member/development', '党员发展')
  await expect(page.getByText('节点提醒')).toHaveCount(0)
  await page.getByRole('button', { name: '许文静' }).click()
  await expect(page.getByRole('listitem', { name: '第3步 推荐和确定入党积极分子' })).toContainText('自第1步')
  await page.context().close()
})

test('PC-3.1.1d PC-3.2.3 after sixteen days a branch is dissolved and a letter has run out', async ({ browser }) => {
  await server.pass(16)
  const page = await pageOf(browser, clerk)
  await open(page, '/org/info/changes', '组织变更')
  await expect(async () => {
    await page.reload()
    await expect(row(page, LEAVING)).toContainText('已完成', { timeout: 8000 })
  }).toPass({ timeout: 90_000 })
  await open(page, '/member/transfer', '党员调动')
  await expect(row(page, '何晓东')).toContainText('介绍信过期')
  await look(page, 'calendar-letter-expired')
  await page.getByRole('button', { name: '何晓东' }).click()
  const progress = page.getByRole('region', { name: '当前进度' })
  await progress.getByRole('button', { name: '重开介绍信' }).click()
  const again = page.getByRole('dialog', { name: '重开介绍信' })
  // Where the committee is, it has said before.
  await expect(field(again, '转出党委通讯地址')).toHaveValue('滨海市港口路1号')
  await field(again, '重开原因').fill('途中遗失')
  await again.getByRole('button', { name: '重开介绍信' }).click()
  await expect(progress).toContainText('已开介绍信')
  await page.context().close()
})

test('PC-3.1.2 PC-3.2.2 PC-3.2.4 after half a year what has become due is told', async ({ browser }) => {
  await server.pass(187)
  const page = await pageOf(browser, clerk)
  await open(page, '/org/leadership', '班子管理')
  await expect(row(page, ENDING)).toContainText('超期 3 天')
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('alert').filter({ hasText: ENDING })).toBeVisible({ timeout: 8000 })
  }).toPass({ timeout: 90_000 })
  await look(page, 'calendar-term-over')
  await open(page, '/member/flow', '党员流动')
  await expect(row(page, '顾明远')).toContainText('超过 180 天')
  await look(page, 'calendar-flow-silent')
  await page.context().close()
  // The applicant has waited half a year: the step is open, and the branch is reminded of it.
  const theirs = await pageOf(browser, keeper)
  await open(theirs, '/member/development', '党员发展')
  const reminders = theirs.getByRole('alert').filter({ hasText: '节点提醒' })
  await expect(reminders).toContainText('第3步“推荐和确定入党积极分子”自')
  await look(theirs, 'calendar-development-reminded')
  await reminders.getByRole('link', { name: '许文静' }).click()
  await expect(theirs.getByRole('button', { name: '登记第 3 步' })).toBeVisible()
  await expect(part(theirs, '当前进度')).toContainText('下一步：第 3 步')
  await theirs.context().close()
})
