import { RevokeCodeDocument, CodesDocument } from '../api/src/index'
import { personal, signIn } from './support/forms'
import { look } from './support/look'
import { INITIAL_PASSWORD, issueCode, smsCode, someMobile, unique } from './support/people'
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

test('PC-1.1a PC-1.2b an organisation is activated by mobile number, and its owner signs in by text message', async ({ page, operator }) => {
  const mobile = someMobile()
  await page.goto('/portal/activate')
  await page.getByLabel('激活码', { exact: true }).fill(await issueCode(operator))
  await page.getByLabel('入驻党组织名称').fill('中共滨海市档案局支部委员会')
  await page.getByLabel('管理员手机号').fill('1390000')
  await page.getByRole('button', { name: '激活并开通' }).click()
  await expect(page.getByText('请输入 11 位手机号')).toBeVisible()
  await page.getByLabel('管理员手机号').fill(`+86 ${mobile}`)
  await page.getByRole('button', { name: '激活并开通' }).click()
  await expect(page.getByText('开通成功')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('term').first()).toHaveText('手机号')
  await page.getByRole('button', { name: '去登录' }).click()

  await page.getByLabel('手机号').fill(mobile)
  await page.getByRole('button', { name: '获取验证码' }).click()
  await expect(page.getByText('验证码已发送')).toBeVisible()
  await page.getByLabel('验证码', { exact: true }).fill('000000')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByText(/验证码错误/)).toBeVisible()
  await look(page, 'sign-in-code')
  await page.getByLabel('验证码', { exact: true }).fill(await smsCode(operator, mobile))
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('heading', { name: '首页', level: 1 })).toBeVisible()

  await personal(page, '账号信息')
  await expect(page.getByLabel('用户名', { exact: true })).toHaveValue(/^u[0-9a-f]{9}$/)
  await page.getByLabel('姓名', { exact: true }).fill('何书记')
  await page.getByRole('button', { name: '保存' }).first().click()
  await expect(page.getByText('账号信息已保存')).toBeVisible()
  await expect(page.getByRole('button', { name: '个人菜单：何书记' })).toBeVisible()
})
