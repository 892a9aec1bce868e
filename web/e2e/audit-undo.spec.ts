import { OrganisationDocument, SetMenuDocument, UpdateOrganisationDocument } from '../api/src/index'
import { field, row } from './support/forms'
import { look } from './support/look'
import { addBranch } from './support/member'
import { open } from './support/moves'
import { organisation } from './support/organisation'
import { openTenant, type Tenant } from './support/people'
import { expect, test } from './support/test'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市燃气集团委员会')
})
test.afterAll(() => own.admin.api.close())

test('audit_view changes are chosen in the log, looked at and taken back', async ({ pageAs }) => {
  const branch = await addBranch(own.admin, own.root, '输配党支部')
  const edit = (version: number, contactName: string) =>
    own.admin.api.ask(UpdateOrganisationDocument, { id: branch, version, input: { ...organisation(own.root, '输配党支部'), contactName } })
  await edit(1, '沈一舟')
  await edit(2, '沈二舟')
  await own.admin.api.ask(SetMenuDocument, { key: 'member.history', on: false })

  const page = await pageAs(own.admin)
  await open(page, '/system/audit', '审计日志')
  await expect(row(page, '开关菜单').first()).toContainText('可撤销')
  await expect(row(page, '新增账号').first()).not.toContainText('可撤销')
  const edits = row(page, '联系人')
  await expect(edits).toHaveCount(2)
  // The first edit was overtaken by the second, which is not chosen.
  await edits.nth(1).getByRole('checkbox').check()
  await row(page, '开关菜单').first().getByRole('checkbox').check()
  await look(page, 'audit-undo-chosen')
  await page.getByRole('button', { name: '撤销变更' }).click()
  const dialog = page.getByRole('dialog', { name: '撤销变更' })
  await expect(dialog.getByText('“联系人”之后又被修改过')).toBeVisible()
  await expect(dialog.getByText('开关菜单 · 党员历史库')).toBeVisible()
  await expect(dialog.getByRole('row', { name: /^开启 否 是$/ })).toBeVisible()
  await look(page, 'audit-undo-partly')
  await dialog.getByRole('button', { name: '撤销可撤销的 1 条' }).click()
  await expect(page.getByText('已撤销，撤销本身也记入审计日志')).toBeVisible()
  await expect(dialog).toBeHidden()
  await expect(row(page, '撤销：开关菜单')).toHaveCount(1)
  await expect(row(page, '开关菜单').filter({ hasText: '已撤销' })).toHaveCount(1)

  // Both edits: the newest first, step by step.
  await edits.nth(0).getByRole('checkbox').check()
  await edits.nth(1).getByRole('checkbox').check()
  await page.getByRole('button', { name: '撤销变更' }).click()
  await expect(dialog.getByRole('row', { name: '联系人 沈一舟 林志远' })).toBeVisible()
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'audit-undo-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await dialog.getByRole('button', { name: '全部撤销（2 条）' }).click()
  await expect(row(page, '撤销：修改')).toHaveCount(2)
  await look(page, 'audit-undo-done')
  const { directory } = await own.admin.api.ask(OrganisationDocument, { id: branch })
  expect(directory.organisation.contactName).toBe('林志远')
  await open(page, '/system/audit?view=sign-ins', '审计日志')
  await expect(row(page, '登录').first().getByRole('checkbox')).toHaveCount(0)
  await expect(field(page, '操作人')).toBeVisible()
})
