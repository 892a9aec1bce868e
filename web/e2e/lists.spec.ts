import type { Page } from '@playwright/test'
import { Api } from './support/api'
import { DeleteMembersDocument, OpenLostDocument, ProposePurgeDocument, RequestChangesDocument, SetSelfServiceDocument, StartFlowInDocument, StudyNotesDocument } from '../api/src/index'
import { look } from './support/look'
import { addBranch, addMember, member, someId } from './support/member'
import { arrive, open } from './support/moves'
import { openTenant, someMobile, takeOverMember, type Tenant } from './support/people'
import { expect, test } from './support/test'
import { downloaded, upload, workbook } from './support/workbook'

const FIRST = '渔港机关第一党支部'
// The file of the import names them by these numbers.
const [ZHOU, QIAN] = ['350102197503120013', '350102198005040015'] as const
const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  const baseURL = project.use.baseURL ?? ''
  own = await openTenant(operator, baseURL, '中共滨海市渔港集团有限公司委员会')
  const by = own.admin.api
  const first = await addBranch(own.admin, own.root, FIRST)
  const mobile = someMobile()
  await addMember(own.admin, member(first, '周海生', { mobile, idNumber: ZHOU }))
  const left = await addMember(own.admin, member(first, '孙卫东'))
  const lost = await addMember(own.admin, member(first, '钱远航', { idNumber: QIAN }))
  await by.ask(SetSelfServiceDocument, { fields: [] })
  const writer = await takeOverMember(operator, await Api.open('tenant', baseURL), mobile)
  await writer.api.ask(RequestChangesDocument, { changes: [{ field: 'EMPLOYER', value: '渔港集团调度长' }], reason: '岗位变动' })
  await writer.api.close()
  await by.ask(DeleteMembersDocument, { ids: [left], reason: 'DATA_ERROR', note: '重复登记' })
  await by.ask(ProposePurgeDocument, { person: left, reason: '本人申请清除资料' })
  await by.ask(OpenLostDocument, { person: lost, lostOn: today(), reason: '3', note: '毕业后没有消息' })
  const input = { otherName: '中共上海某街道工作委员会', otherContact: null, direction: '1', reason: 'work', startedOn: today(), expectedOn: null, certificateNo: null, note: null }
  await by.ask(StartFlowInDocument, { person: { branch: first, name: '吴来客', idNumber: someId(), mobile: someMobile() }, input })
})
test.afterAll(() => own.admin.api.close())

/** Exports the list that is shown; the text of the workbook. */
async function exported(page: Page, title: string, button: string | RegExp = '导出'): Promise<string> {
  await page.getByRole('button', { name: button, exact: true }).click()
  const order = page.getByRole('dialog', { name: `导出${title}` })
  await order.getByRole('button', { name: '开始导出' }).click()
  await expect(order).toHaveCount(0)
  const notice = page.getByRole('status').filter({ hasText: `${title}已导出` })
  const file = await downloaded(page, () => notice.getByRole('button', { name: '下载' }).click())
  expect(file.name.startsWith(title)).toBe(true)
  await notice.getByRole('button', { name: '关闭此提示' }).click()
  return file.text
}

test('PC-3.1.1b PC-3.1.3 PC-3.2.1a PC-3.2.2 PC-3.2.5 PC-8.2 every list of organisation work is taken out', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  const lists: [path: string, heading: string, title: string, words: string[], button?: string][] = [
    ['/member/history', '党员历史库', '党员历史库', ['减少原因', '移入时间', '孙卫东', '重复登记']],
    ['/member/history/purges', '彻底删除申请', '彻底删除申请', ['申请人', '孙卫东', '待确认']],
    ['/member/info/requests', '资料变更申请', '资料变更申请', ['变更内容', '周海生', '渔港集团调度长', '待审核']],
    ['/member/info/completeness', '资料完整度', '资料完整度', ['最常缺的必填项', FIRST]],
    ['/org/info/past', '历史架构', '历史架构', ['上级组织', FIRST]],
    ['/org/info/changes', '组织变更', '组织变更', []],
    ['/org/leadership', '班子管理', '换届记录', ['选举大会日期'], '导出换届记录'],
    ['/member/flow?view=in', '党员流动', '流动党员联系记录', ['联系方式'], '导出联系记录'],
    ['/member/flow?view=lost', '党员流动', '失联党员', ['失去联系日期', '钱远航', '毕业后去向不明', '查找中']],
  ]
  for (const [path, heading, title, words, button] of lists) {
    await open(page, path, heading)
    if (words.length === 0) {
      // An empty list has nothing to take out, and says so.
      await page.getByRole('button', { name: '导出', exact: true }).click()
      await expect(page.getByRole('dialog', { name: `导出${title}` }).getByRole('button', { name: '开始导出' })).toBeDisabled()
      await page.keyboard.press('Escape')
      continue
    }
    await look(page, `lists-${title}`)
    const text = await exported(page, title, button)
    for (const word of words) expect(text, `${title}: ${word}`).toContain(word)
  }
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page, '/member/flow?view=lost', '党员流动')
  await look(page, 'lists-lost-phone')
  await open(page, '/member/info/completeness', '资料完整度')
  await look(page, 'lists-completeness-phone')
})

test('PC-3.2.7a PC-8.1.1 study notes that were written on paper are imported once, copies are pointed out', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/member/study-note', '学习心得')
  await look(page, 'lists-notes')
  await page.getByRole('button', { name: '导入', exact: true }).click()
  const drawer = page.getByRole('dialog', { name: '导入学习心得' })
  const template = await downloaded(page, () => drawer.getByRole('button', { name: '下载模板' }).click())
  expect(template.name).toBe('学习心得导入模板.xlsx')
  for (const word of ['公民身份号码', '学习内容', '发布日期']) expect(template.text).toContain(word)
  await upload(page, workbook('study-notes.xlsx'))
  await expect(drawer).toContainText('与第3行相似100%，请核对')
  await look(page, 'lists-notes-checked')
  await drawer.getByRole('button', { name: '全部导入（2 行）' }).click()
  await expect(drawer).toContainText('已导入 2 份学习心得')
  await drawer.getByRole('button', { name: '查看', exact: true }).click()
  await arrive(page, '学习心得')
  await expect(page.locator('tr.ant-table-row')).toHaveCount(2)
  await look(page, 'lists-notes-imported')
  // The same file once more changes nothing.
  await page.getByRole('button', { name: '导入', exact: true }).click()
  await upload(page, workbook('study-notes.xlsx'))
  await expect(drawer).toContainText('系统中已有该党员的这份学习心得')
  await look(page, 'lists-notes-again')
  const found = await own.admin.api.ask(StudyNotesDocument, { first: 10, offset: 0, filter: null })
  expect(found.studyNote.writings.totalCount).toBe(2)
})
