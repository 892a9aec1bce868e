import { field, row } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, chooseOrganisation, member } from './support/member'
import { open } from './support/moves'
import { addAdministrator, openTenant, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市水务集团委员会')
  const branch = await addBranch(own.admin, own.root, '泵站党支部')
  await addMember(own.admin, member(branch, '吕建业'))
})
test.afterAll(() => own.admin.api.close())

test('domain-11 a role of the own is made, given to somebody and changed; its rights are explained', async ({ pageAs }) => {
  const name = `冯${unique()}`
  await addAdministrator(own.admin, own.root, name)
  const page = await pageAs(own.admin)
  await open(page, '/system/roles', '角色权限')
  await expect(page.getByRole('list', { name: '系统角色' })).toContainText('随“书记”职务产生和终止')
  await expect(page.getByText('还没有自己的角色')).toBeVisible()
  await look(page, 'roles-empty')
  await page.getByRole('button', { name: '新增角色' }).click()
  const form = page.getByRole('dialog', { name: '新增角色' })
  await field(page, '角色名称').fill('组织管理员')
  await form.getByRole('radio', { name: '任职组织及全部下级' }).check()
  await form.getByRole('button', { name: '保存' }).click()
  await expect(form.getByText('请至少选择一项权限')).toBeVisible()
  await form.getByRole('checkbox', { name: '查看党员信息' }).check()
  await form.getByRole('button', { name: '保存' }).click()
  await expect(form.getByText('与系统角色重名')).toBeVisible()
  await look(page, 'role-form')
  await field(page, '角色名称').fill('统计员')
  await form.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('角色“统计员”已新增，请指定人员')).toBeVisible()

  await page.getByRole('button', { name: '查看：统计员' }).click()
  const drawer = page.getByRole('dialog', { name: '统计员' })
  await drawer.getByRole('combobox', { name: '人员' }).fill(name)
  await page.getByText(new RegExp(`^${name}（`)).first().click()
  await chooseOrganisation(page, '任职组织', '泵站党支部')
  await drawer.getByRole('button', { name: '指定', exact: true }).click()
  await expect(drawer.getByRole('list', { name: '担任人员' })).toContainText(name)
  await expect(drawer.getByRole('heading', { name: '担任人员（1）' })).toBeVisible()
  await look(page, 'role-drawer')
  await drawer.getByRole('button', { name: '删除', exact: true }).click()
  await page.getByRole('dialog', { name: '删除角色“统计员”' }).getByRole('button', { name: '继续' }).click()
  await page.getByRole('dialog', { name: '再次确认：删除？' }).getByRole('button', { name: '删除' }).click()
  await expect(page.getByText('还有1人担任此角色，请先移除').first()).toBeVisible()
  await look(page, 'role-held')
})

test('PC-2.3a the users list explains why somebody may do something or not', async ({ pageAs }) => {
  const name = `魏${unique()}`
  await addAdministrator(own.admin, own.root, name)
  const page = await pageAs(own.admin)
  await open(page, '/system/users', '用户管理')
  await row(page, name).getByRole('button', { name: `权限说明：${name}` }).click()
  const dialog = page.getByRole('dialog', { name: `权限说明：${name}` })
  await dialog.getByRole('combobox', { name: '想做什么' }).fill('修改租户')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('status')).toContainText('不能：所担任的角色都没有这项权限')
  await look(page, 'access-no')
  await dialog.getByRole('combobox', { name: '想做什么' }).fill('新增、修改下级')
  await page.keyboard.press('Enter')
  await chooseOrganisation(page, '对哪个组织', '泵站党支部')
  await expect(dialog.getByRole('status')).toContainText('可以，包括“泵站党支部”')
  await expect(dialog.getByRole('row', { name: /组织管理员/ })).toContainText('该组织的下级，不含本级')
  await look(page, 'access-yes')
})
