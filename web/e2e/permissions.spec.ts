import type { Page } from '@playwright/test'
import { row } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member } from './support/member'
import { open } from './support/moves'
import { openTenant, type Tenant } from './support/people'
import { intercept } from './support/requests'
import { expect, test } from './support/test'

let own: Tenant
let branch: string
let person: string

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市园林集团有限公司委员会')
  branch = await addBranch(own.admin, own.root, '苗圃党支部')
  person = await addMember(own.admin, member(branch, '林晓燕'))
})
test.afterAll(() => own.admin.api.close())

/** A session that lacks some permissions; what the server refuses without them is tested at the server. */
async function without(page: Page, ...lacking: string[]): Promise<void> {
  await intercept(page, 'CurrentSession', async (route) => {
    const answer = await route.fetch()
    const body = await answer.json() as { data: { system: { session: { permissions: string[] } } } }
    const { session } = body.data.system
    for (const one of lacking) expect(session.permissions).toContain(one)
    session.permissions = session.permissions.filter((one) => !lacking.includes(one))
    await route.fulfill({ response: answer, json: body })
  })
}

const absent = async (page: Page, ...names: (string | RegExp)[]) => {
  for (const name of names) await expect(page.getByRole('button', { name, exact: typeof name === 'string' })).toHaveCount(0)
}
const refused = (page: Page, path: string) => open(page, path, '页面不存在')

test('PC-8.2 who may not export finds no buttons for it', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await without(page, 'data.export')
  for (const [path, heading, shown] of [['/member/info', '党员信息', '林晓燕'], ['/org/info', '组织信息', '苗圃党支部'], ['/system/users', '用户管理', own.admin.userName]] as const) {
    await open(page, path, heading)
    await expect(row(page, shown).first()).toBeVisible()
    await absent(page, '导出', '下载记录')
  }
  await look(page, 'users-without-export')
})

test('PC-3.2.1a who may not edit members finds no way to it, not by the address either', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  // Rows are chosen to be deleted or to be sent a message.
  await without(page, 'member.edit', 'member.messages.send')
  await open(page, '/member/info?import=new', '党员信息')
  await expect(row(page, '林晓燕')).toBeVisible()
  await absent(page, '导入', '新增党员', '删除')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('checkbox')).toHaveCount(0)
  await look(page, 'members-without-edit')
  for (const path of ['/member/info/new', `/member/info/${person}/edit`]) await refused(page, path)
  await expect(page.getByText('您没有访问该页面的权限')).toBeVisible()
  await look(page, 'no-permission')
})

test('PC-3.1.1a who may not edit the tree finds no way to it, not by the address either', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await without(page, 'org.tree_edit')
  // What can be edited is the server's word, which without the permission is never.
  await intercept(page, 'Organisations', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('"editable":true', '"editable":false') })
  })
  await open(page, '/org/info?import=new', '组织信息')
  await expect(row(page, '苗圃党支部')).toBeVisible()
  await absent(page, '导入', '新增下级', /^编辑/)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await look(page, 'organisations-without-edit')
  for (const path of [`/org/info/new?parent=${own.root}`, `/org/info/${branch}/edit`]) await refused(page, path)
})

test('PC-3.1.1a PC-3.2.1a who holds them reaches the same pages', async ({ pageAs }) => {
  const page = await pageAs(own.admin)
  await open(page, '/member/info/new', '新增党员')
  await open(page, `/member/info/${person}/edit`, '编辑 林晓燕')
  await open(page, `/org/info/new?parent=${own.root}`, '新增下级组织')
  await open(page, `/org/info/${branch}/edit`, '编辑 苗圃党支部')
})
