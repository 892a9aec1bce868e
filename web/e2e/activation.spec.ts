import { RevokeCodeDocument, CodesDocument } from '../api/src/index'
import { field, part, requestCode, signIn } from './support/forms'
import { look } from './support/look'
import { arrive, follow, open, personal } from './support/moves'
import { INITIAL_PASSWORD, issueCode, smsCode, someMobile, unique } from './support/people'
import { intercept, watched } from './support/requests'
import { expect, test } from './support/test'

test('PC-1.1a refused codes say why, a good one opens the organisation', async ({ page, operator }) => {
  const good = await issueCode(operator)
  const revoked = await issueCode(operator)
  const [id] = (await operator.api.ask(CodesDocument, { first: 1, filter: { search: revoked } })).system.codes.nodes.map((code) => code.id)
  await operator.api.ask(RevokeCodeDocument, { id: id ?? '', reason: '客户退订' })
  const userName = `guanli.${unique()}`

  await open(page, '/portal/login', '智慧党建云平台')
  await look(page, 'portal')
  await follow(page.getByRole('link', { name: '入驻激活' }), '入驻激活')
  await page.getByRole('button', { name: '激活并开通' }).click()
  await expect(page.getByText('请输入激活码')).toBeVisible()
  await look(page, 'activate-empty')
  const fill = async (code: string, name: string) => {
    await field(page, '激活码').fill(code)
    await field(page, '入驻党组织名称').fill('中共滨海市海关委员会')
    await page.getByRole('radio', { name: '用户名', exact: true }).check()
    await field(page, '管理员用户名').fill(name)
    await page.getByRole('button', { name: '激活并开通' }).click()
  }
  await fill('ABCD-EFGH-JKLM-NPQR', userName)
  await expect(page.getByText('激活码不存在')).toBeVisible()
  await expect(field(page, '入驻党组织名称')).toHaveValue('中共滨海市海关委员会')
  await look(page, 'activate-refused')
  await fill(revoked, userName)
  await expect(page.getByText('已作废')).toBeVisible()
  const honest = await intercept(page, 'Activate', (route) => route.fulfill({ json: { data: null, errors: [{ message: '', extensions: { code: 'CODE_EXPIRED' } }] } }))
  await fill(good, userName)
  await expect(page.getByText('该激活码已过期')).toBeVisible()
  await honest()

  await fill(good.toLowerCase(), userName)
  await expect(page.getByText(/正在为您开通|开通成功/)).toBeVisible()
  await page.reload()
  await expect(page.getByText('开通成功')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(userName)).toBeVisible()
  await look(page, 'activate-ready')
  await follow(page.getByRole('button', { name: '去登录' }), '登录')

  await open(page, '/portal/activate', '入驻激活')
  await fill(good, `guanli.${unique()}`)
  await expect(page.getByText('已被使用')).toBeVisible()
  await signIn(page, userName, INITIAL_PASSWORD)
  await arrive(page, '修改初始密码')
})

test('PC-1.1a PC-1.2b an organisation is activated by mobile number, and its owner signs in by text message', async ({ page, operator }) => {
  const mobile = someMobile()
  await open(page, '/portal/activate', '入驻激活')
  await field(page, '激活码').fill(await issueCode(operator))
  await field(page, '入驻党组织名称').fill('中共滨海市档案局支部委员会')
  await field(page, '管理员手机号').fill('1390000')
  await page.getByRole('button', { name: '激活并开通' }).click()
  await expect(page.getByText('请输入 11 位手机号')).toBeVisible()
  await field(page, '管理员手机号').fill(`+86 ${mobile}`)
  await page.getByRole('button', { name: '激活并开通' }).click()
  await expect(page.getByText('开通成功')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('term').first()).toHaveText('手机号')
  await follow(page.getByRole('button', { name: '去登录' }), '登录')

  await field(page, '手机号').fill(mobile)
  await requestCode(page)
  await field(page, '验证码').fill('000000')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByText(/验证码错误/)).toBeVisible()
  await look(page, 'sign-in-code')
  await field(page, '验证码').fill(await smsCode(operator, mobile))
  await follow(page.getByRole('button', { name: '登录', exact: true }), '首页')

  await personal(page, '账号信息')
  await expect(field(page, '用户名')).toHaveValue(/^u[0-9a-f]{12}$/)
  await field(page, '姓名').fill('何书记')
  await part(page, '基本信息').getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('账号信息已保存')).toBeVisible()
  await expect(page.getByRole('button', { name: '个人菜单：何书记' })).toBeVisible()
})

test('PC-1.1a an opening that met a fault is watched until it succeeds', async ({ page }) => {
  const step = (state: string, percent: number) => ({ state, percent, step: '建立数据空间', message: null, userName: state === 'READY' ? 'guanli' : null })
  const { subscribed } = await watched(page)
  await intercept(page, 'Activate', (route) => route.fulfill({ json: { data: { system: { activate: { ticket: 't-1' } } } } }))
  await open(page, '/portal/activate', '入驻激活')
  await field(page, '激活码').fill('ABCD-EFGH-JKLM-NPQR')
  await field(page, '入驻党组织名称').fill('中共滨海市气象台支部委员会')
  await field(page, '管理员手机号').fill('13900001111')
  await page.getByRole('button', { name: '激活并开通' }).click()
  const tell = await subscribed
  tell({ activationProgress: step('FAILED', 40) })
  const alert = page.getByRole('alert').filter({ hasText: '开通遇到问题，系统正在自动重试' })
  await expect(alert).toContainText('联系服务商')
  await look(page, 'activate-retrying')
  tell({ activationProgress: step('RUNNING', 60) })
  await expect(page.getByText('正在为您开通')).toBeVisible()
  tell({ activationProgress: step('FAILED', 60) })
  await expect(alert).toBeVisible()
  tell({ activationProgress: step('READY', 100) })
  await expect(page.getByText('开通成功')).toBeVisible()
})
