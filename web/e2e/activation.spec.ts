import { RevokeCodeDocument, CodesDocument } from '../api/src/index'
import { signIn } from './support/forms'
import { look } from './support/look'
import { INITIAL_PASSWORD, issueCode, unique } from './support/people'
import { expect, test } from './support/test'

test('PC-1.1a refused codes say why, a good one opens the organisation', async ({ page, operator }) => {
  const good = await issueCode(operator)
  const revoked = await issueCode(operator)
  const [id] = (await operator.api.ask(CodesDocument, { first: 1, filter: { search: revoked } })).system.codes.nodes.map((code) => code.id)
  await operator.api.ask(RevokeCodeDocument, { id: id ?? '', reason: '客户退订' })
  const userName = `guanli.${unique()}`

  await page.goto('/portal/login')
  await look(page, 'portal')
  await page.getByRole('link', { name: '入驻激活' }).click()
  await expect(page.getByRole('heading', { name: '入驻激活' })).toBeVisible()
  await page.getByRole('button', { name: '激活并开通' }).click()
  await expect(page.getByText('请输入激活码')).toBeVisible()
  await look(page, 'activate-empty')
  const fill = async (code: string, name: string) => {
    await page.getByLabel('激活码', { exact: true }).fill(code)
    await page.getByLabel('入驻党组织名称').fill('中共滨海市海关委员会')
    await page.getByText('用户名', { exact: true }).click()
    await page.getByLabel('管理员用户名').fill(name)
    await page.getByRole('button', { name: '激活并开通' }).click()
  }
  await fill('ABCD-EFGH-JKLM-NPQR', userName)
  await expect(page.getByText('激活码不存在')).toBeVisible()
  await expect(page.getByLabel('入驻党组织名称')).toHaveValue('中共滨海市海关委员会')
  await look(page, 'activate-refused')
  await fill(revoked, userName)
  await expect(page.getByText('已作废')).toBeVisible()
  await page.route('**/graphql', (route) => route.fulfill({
    json: { data: null, errors: [{ message: '', extensions: { code: 'CODE_EXPIRED' } }] },
  }), { times: 1 })
  await fill(good, userName)
  await expect(page.getByText('该激活码已过期')).toBeVisible()

  await fill(good.toLowerCase(), userName)
  await expect(page.getByText('正在为您开通')).toBeVisible()
  await page.reload()
  await expect(page.getByText('开通成功')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(userName)).toBeVisible()
  await look(page, 'activate-ready')
  await page.getByRole('button', { name: '去登录' }).click()
  await expect(page.getByRole('heading', { name: '登录', exact: true })).toBeVisible()

  await page.goto('/portal/activate')
  await fill(good, `guanli.${unique()}`)
  await expect(page.getByText('已被使用')).toBeVisible()
  await signIn(page, userName, INITIAL_PASSWORD)
  await expect(page.getByRole('heading', { name: '修改初始密码' })).toBeVisible()
})
