import { randomUUID } from 'node:crypto'
import { IssueCodesDocument } from '../api/src/index'
import { field, row } from './support/forms'
import { look } from './support/look'
import { open } from './support/moves'
import { enrolOperator, unique, type Operator } from './support/people'
import { expect, test } from './support/test'
import { downloaded } from './support/workbook'

/** Issues a batch of codes with a remark of its own; gives the codes. */
async function issue(operator: Operator, note: string, count: number): Promise<string[]> {
  const expiresOn = `${new Date().getFullYear() + 1}-12-31`
  const input = { key: randomUUID(), plan: '标准版', modules: ['document'], seats: 300, expiresOn, count, note }
  return (await operator.api.ask(IssueCodesDocument, { input })).system.issueCodes.codes
}

test('OP-1 an operator exports the codes that the list shows and reads them in the file', async ({ operator, pageAs, baseURL }) => {
  const note = `订单${unique()}`
  const codes = await issue(operator, note, 3)
  await issue(operator, `别的${unique()}`, 1)
  const page = await pageAs(operator)
  await open(page, `/operator/codes?search=${encodeURIComponent(note)}`, '激活码与订单')
  await expect(page.locator('tr.ant-table-row')).toHaveCount(3)
  await page.getByRole('button', { name: '导出', exact: true }).click()
  const order = page.getByRole('dialog', { name: '导出激活码' })
  await expect(order).toContainText('全部 3 条激活码')
  await expect(order.getByRole('checkbox', { name: '激活码末四位' })).toBeChecked()
  await order.getByRole('checkbox', { name: '批次' }).uncheck()
  await look(page, 'codes-export-order')
  await order.getByRole('button', { name: '开始导出' }).click()
  await expect(order).toHaveCount(0)
  const notice = page.getByRole('status').filter({ hasText: '激活码已导出 3 行' })
  await expect(notice).toContainText(`关键字：${note}`)
  await look(page, 'codes-export-done')
  const file = await downloaded(page, () => notice.getByRole('button', { name: '下载' }).click())
  expect(file.name).toMatch(/^激活码\d{8}-\d{4}\.xlsx$/)
  for (const words of [note, '标准版', '未使用', '激活码末四位', operator.userName, ...codes.map((code) => code.slice(-4))]) expect(file.text).toContain(words)
  for (const words of ['别的', '批次', ...codes, ...codes.map((code) => code.replaceAll('-', ''))]) expect(file.text).not.toContain(words)

  await page.reload()
  await expect(notice).toBeVisible()
  await notice.getByRole('button', { name: '关闭此提示' }).click()
  await page.getByRole('button', { name: '下载记录' }).click()
  const records = page.getByRole('list', { name: '下载记录' })
  await expect(records.getByRole('listitem').first()).toContainText('3 行')
  await look(page, 'codes-export-records')
  expect((await downloaded(page, () => records.getByRole('button', { name: /^下载/ }).first().click())).text).toContain(note)

  // Whoever else operates the platform has records of their own.
  const other = await enrolOperator(baseURL ?? '')
  const theirs = await pageAs(other)
  await open(theirs, '/operator/codes', '激活码与订单')
  await theirs.getByRole('button', { name: '下载记录' }).click()
  await expect(theirs.getByText('还没有导出过')).toBeVisible()
  await other.api.close()
})

test('OP-1 a whole code that is looked for stays out of the address and of the records', async ({ operator, operatorPage: page }) => {
  const [code = ''] = await issue(operator, unique(), 1)
  await open(page, '/operator/codes', '激活码与订单')
  await field(page, '关键字').fill(code)
  await page.getByRole('button', { name: '查询' }).click()
  await expect(page.locator('tr.ant-table-row')).toHaveCount(1)
  await expect(row(page, `····${code.slice(-4)}`)).toBeVisible()
  expect(page.url()).not.toContain('search')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '开始导出' }).click()
  const notice = page.getByRole('status').filter({ hasText: '激活码已导出 1 行' })
  await expect(notice).toContainText(`关键字：激活码····${code.slice(-4)}`)
  await look(page, 'codes-by-code')
})

test('OP-1 exporting codes on a telephone and in the dark', async ({ operator, operatorPage: page }) => {
  await issue(operator, unique(), 2)
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page, '/operator/codes', '激活码与订单')
  await expect(page.locator('tr.ant-table-row').first()).toBeVisible()
  await look(page, 'codes-phone')
  await page.getByRole('button', { name: '切换为深色' }).click()
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await expect(page.getByRole('dialog').getByRole('checkbox', { name: '激活码末四位' })).toBeChecked()
  await look(page, 'codes-export-phone-dark')
})
