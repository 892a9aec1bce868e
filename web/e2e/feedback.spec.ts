import { choose, field, row } from './support/forms'
import { look } from './support/look'
import { open, personal } from './support/moves'
import { openTenant, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', `中共滨海市林业局委员会${unique()}`)
})
test.afterAll(() => own.admin.api.close())

test('M-9.8 OP-10 somebody tells the operators something, it is answered and the answer is read', async ({ pageAs, operatorPage: desk }) => {
  const text = `希望增加按年份查看的台账${unique()}`
  const admin = await pageAs(own.admin)
  await open(admin, '/home', /./)
  await personal(admin, '建议反馈')
  await look(admin, 'feedback-own-empty')
  await admin.getByRole('button', { name: '提交反馈' }).click()
  const form = admin.getByRole('dialog', { name: '提交反馈' })
  await field(form, '内容').fill('短')
  await form.getByRole('button', { name: /^提\s?交$/ }).click()
  await expect(form.getByText('请填写5至2000个字')).toBeVisible()
  await field(form, '内容').fill(text)
  await field(form, '联系方式（选填）').fill('办公室王老师')
  await look(admin, 'feedback-form')
  await form.getByRole('button', { name: /^提\s?交$/ }).click()
  await expect(row(admin, text)).toContainText('待处理')

  await open(desk, '/operator/feedback', '建议反馈')
  await choose(desk, '状态', '待处理')
  await desk.getByRole('button', { name: '查询' }).click()
  await expect(row(desk, text)).toContainText(own.name)
  await expect(row(desk, text)).toContainText('办公室王老师')
  await look(desk, 'feedback-desk')
  await desk.getByRole('button', { name: `查看${text}` }).click()
  const drawer = desk.getByRole('dialog', { name: '建议反馈' })
  await field(drawer, '答复内容').fill('下个版本提供，谢谢建议')
  await look(desk, 'feedback-case')
  await drawer.getByRole('button', { name: /^答\s?复$/ }).click()
  await expect(drawer.getByText('已答复', { exact: true })).toBeVisible()
  await drawer.getByRole('button', { name: '关闭反馈' }).click()
  await desk.getByRole('dialog', { name: '关闭反馈' }).getByRole('button', { name: /^继\s?续$/ }).click()
  await desk.getByRole('dialog', { name: /^再次确认/ }).getByRole('button', { name: '关闭反馈' }).click()
  await expect(drawer.getByText('已关闭', { exact: true })).toBeVisible()
  await expect(field(drawer, '答复内容')).toHaveCount(0)

  await admin.reload()
  await expect(row(admin, text)).toContainText('下个版本提供，谢谢建议')
  await look(admin, 'feedback-own')
  await admin.setViewportSize({ width: 390, height: 800 })
  await look(admin, 'feedback-own-narrow')
})

test('M-9.9 OP-10 operators say how they are reached, and two at once lose nothing', async ({ operatorPage: desk }) => {
  await open(desk, '/operator/about', '关于我们')
  const other = await desk.context().newPage()
  await open(other, '/operator/about', '关于我们')
  await field(desk, '客服电话').fill('123')
  await field(desk, '服务时间').fill('工作日上午')
  await desk.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(desk.getByText('客服电话格式不正确')).toBeVisible()
  await field(desk, '客服电话').fill('025-12345678')
  await desk.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(desk.getByText('已保存')).toBeVisible()
  await look(desk, 'about')
  await field(other, '联系地址').fill('滨海市中山路')
  await other.getByRole('button', { name: /^保\s?存$/ }).click()
  await other.getByRole('button', { name: '载入最新内容并保留我填写的' }).click()
  await other.getByRole('dialog').getByRole('button').first().click()
  await other.getByRole('button', { name: /^保\s?存$/ }).click()
  await expect(other.getByText('已保存')).toBeVisible()
  await expect(field(other, '客服电话')).toHaveValue('025-12345678')
  await expect(field(other, '联系地址')).toHaveValue('滨海市中山路')
  await other.close()
})
