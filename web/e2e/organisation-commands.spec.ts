import { CreateMemberDocument } from '../api/src/index'
import { choose, field, part, row, setDay } from './support/forms'
import { look } from './support/look'
import { addBranch, member } from './support/member'
import { follow, open } from './support/moves'
import { openTenant, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', '中共滨海市船舶集团有限公司委员会')
})
test.afterAll(() => own.admin.api.close())

test('PC-3.1.1c a merger is previewed by name, carried out, and yesterday stays readable', async ({ pageAs }) => {
  const [from, into] = [`轮机党支部${unique()}`, `甲板党支部${unique()}`]
  const branch = await addBranch(own.admin, own.root, from)
  await addBranch(own.admin, own.root, into)
  const who = `赵海${unique().replace(/[^a-f]/g, '')}`.slice(0, 2)
  await own.admin.api.ask(CreateMemberDocument, { input: member(branch, who) })
  const page = await pageAs(own.admin)
  await open(page, `/org/info?organisation=${branch}`, '组织信息')
  await follow(page.getByRole('dialog').getByRole('button', { name: '组织变更' }), '组织变更')
  await page.getByRole('radio', { name: /^合并/ }).check()
  await page.getByRole('button', { name: '查看影响' }).click()
  await expect(page.getByText('请选择组织')).toBeVisible()
  await look(page, 'command-empty')
  await page.getByLabel('接收组织').fill(into)
  await page.locator('.ant-select-item-option').first().click()
  await field(page, '批准文号').fill('船党发〔2026〕8号')
  await field(page, '变更原因').fill('班组合并')
  await page.getByRole('button', { name: '查看影响' }).click()
  await expect(part(page, '影响').getByRole('link', { name: who })).toBeVisible()
  await look(page, 'command-preview')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'command-preview-narrow')
  await page.setViewportSize({ width: 1280, height: 800 })
  await follow(page.getByRole('button', { name: '确认提交' }), '组织变更')
  await expect(row(page, from)).toContainText('已完成')
  await look(page, 'commands-list')
  await page.emulateMedia({ colorScheme: 'dark' })
  await row(page, from).getByRole('button', { name: from, exact: true }).click()
  await expect(page.getByRole('dialog')).toContainText('船党发〔2026〕8号')
  await look(page, 'command-done-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await open(page, '/org/info/past', '历史架构')
  await expect(row(page, into)).toContainText('1')
  await expect(row(page, from)).toHaveCount(0)
  await look(page, 'organisations-past')
})

test('PC-3.1.1d what is in the way of a dissolution is named with a way there; a later day waits and is withdrawn', async ({ pageAs }) => {
  const [full, empty] = [`船台党支部${unique()}`, `涂装党支部${unique()}`]
  const branch = await addBranch(own.admin, own.root, full)
  await own.admin.api.ask(CreateMemberDocument, { input: member(branch, '孙立') })
  const page = await pageAs(own.admin)
  await open(page, `/org/info/${branch}/change`, '组织变更')
  const fill = async () => {
    await page.getByRole('radio', { name: /^撤销/ }).check()
    await field(page, '批准文号').fill('船党发〔2026〕9号')
    await field(page, '变更原因').fill('车间关闭')
  }
  await fill()
  await page.getByRole('button', { name: '查看影响' }).click()
  const inTheWay = page.getByRole('region', { name: '影响' }).getByRole('alert')
  await expect(inTheWay).toContainText('还有党员')
  await expect(inTheWay.getByRole('link', { name: '孙立' })).toHaveAttribute('href', /member=/)
  await expect(page.getByRole('button', { name: '确认提交' })).toHaveCount(0)
  await look(page, 'command-blocked')

  const later = await addBranch(own.admin, own.root, empty)
  await open(page, `/org/info/${later}/change`, '组织变更')
  await fill()
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10)
  await setDay(page, '生效日期', day)
  await page.getByRole('button', { name: '查看影响' }).click()
  await follow(page.getByRole('button', { name: '确认提交' }), '组织变更')
  await expect(row(page, empty)).toContainText('待生效')
  await row(page, empty).getByRole('button', { name: empty, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤回' }).click()
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤回' }).last().click()
  await expect(row(page, empty)).toContainText('已撤回')
  await choose(page, '状态', '已撤回')
  await page.getByRole('button', { name: '查询' }).click()
  await expect(row(page, empty)).toHaveCount(1)
})
