import { SignInDocument } from '../api/src/index'
import { Api } from './support/api'
import { choose, field, part, pressSignIn, requestCode, row, signIn, typePassword } from './support/forms'
import { look } from './support/look'
import { arrive, follow, open, personal } from './support/moves'
import { addAdministrator, INITIAL_PASSWORD, PASSWORD, smsCode, someMobile, takeOver, unique } from './support/people'
import { expect, test } from './support/test'

test('PC-1.2d an initial password opens nothing but its change, which asks for a text message', async ({ page, operator, tenant, baseURL }) => {
  const mobile = someMobile()
  const userName = await addAdministrator(tenant.admin, tenant.root, '李明', mobile)
  await signIn(page, userName, INITIAL_PASSWORD)
  await arrive(page, '修改初始密码')
  await open(page, '/org/info', '修改初始密码')
  await requestCode(page)
  await typePassword(page, PASSWORD)
  await field(page, '短信验证码').fill('000000')
  await page.getByRole('button', { name: '确定并进入平台' }).click()
  await expect(page.getByText('验证码错误')).toBeVisible()
  await look(page, 'password-initial')
  await field(page, '短信验证码').fill(await smsCode(operator, mobile))
  await follow(page.getByRole('button', { name: '确定并进入平台' }), '首页')

  const phone = await Api.open('tenant', baseURL ?? '')
  await phone.ask(SignInDocument, { input: { userName, password: PASSWORD } })
  await personal(page, '登录设备')
  await expect(page.getByText('当前设备')).toBeVisible()
  await expect(page.getByText('Chrome 浏览器 · Linux 电脑')).toBeVisible()
  await look(page, 'account-sessions')
  const others = page.getByRole('button', { name: /^结束：/ })
  await expect(others).toHaveCount(1)
  await others.click()
  await page.getByRole('tooltip').getByRole('button', { name: '结束', exact: true }).click()
  await expect(page.getByText('已结束该设备的登录')).toBeVisible()
  await expect(others).toHaveCount(0)
  await phone.close()
})

test('PC-1.2e a person changes the password; the old one no longer opens', async ({ page, tenant, baseURL }) => {
  const api = await Api.open('tenant', baseURL ?? '')
  const { userName } = await takeOver(api, await addAdministrator(tenant.admin, tenant.root, '王芳'))
  await api.close()
  await open(page, '/portal/sign-in', '登录')
  await look(page, 'sign-in-sms')
  await signIn(page, userName, PASSWORD)
  await arrive(page, '首页')
  await personal(page, '修改密码')
  const next = `${PASSWORD}+`
  await field(page, '当前密码').fill('Not#the#one1')
  await typePassword(page, next)
  await page.getByRole('button', { name: '确定修改' }).click()
  await expect(page.getByText(/密码错误|密码不正确/)).toBeVisible()
  await look(page, 'account-password')
  await field(page, '当前密码').fill(PASSWORD)
  await page.getByRole('button', { name: '确定修改' }).click()
  await expect(page.getByText('密码已修改')).toBeVisible()
  await personal(page, '账号信息')
  const names = part(page, '基本信息')
  await field(names, '姓名').fill('王小芳')
  await names.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('账号信息已保存')).toBeVisible()
  await expect(page.getByRole('button', { name: '个人菜单：王小芳' })).toBeVisible()
  await look(page, 'account')
  await personal(page, '退出登录')
  await signIn(page, userName, PASSWORD)
  await expect(page.getByText('用户名或密码错误')).toBeVisible()
  await pressSignIn(page, next)
  await arrive(page, '首页')
})

test('PC-2.3b the fourth wrong password locks, PC-2.3c an administrator unlocks', async ({ page, adminPage, tenant, baseURL }) => {
  const api = await Api.open('tenant', baseURL ?? '')
  const { userName } = await takeOver(api, await addAdministrator(tenant.admin, tenant.root, '赵刚'))
  await api.close()
  await signIn(page, userName, 'Wrong#pass0')
  for (const word of ['用户名或密码错误', '用户名或密码错误', '用户名或密码错误']) {
    await expect(page.getByText(word)).toBeVisible()
    await pressSignIn(page, `Wrong#pass${unique()}`)
  }
  await expect(page.getByText(/账号已锁定/)).toBeVisible()
  await look(page, 'sign-in-locked')
  await pressSignIn(page, PASSWORD)
  await expect(page.getByText(/账号已锁定/)).toBeVisible()

  await open(adminPage, '/system/users', '用户管理')
  await choose(adminPage, '状态', '锁定')
  await expect(row(adminPage, userName)).toContainText('锁定')
  await look(adminPage, 'users')
  await adminPage.getByRole('button', { name: '解锁并重置：赵刚' }).click()
  const ask = adminPage.getByRole('dialog', { name: '解锁并重置“赵刚”的密码' })
  await expect(ask).toBeVisible()
  await look(adminPage, 'users-unlock')
  await ask.getByRole('button', { name: '继续' }).click()
  await adminPage.getByRole('dialog', { name: /^再次确认/ }).getByRole('button', { name: '解锁并重置密码' }).click()
  await expect(adminPage.getByRole('dialog', { name: '密码已重置' })).toContainText('ABC#123')
  await look(adminPage, 'users-unlocked')
  await adminPage.getByRole('button', { name: '知道了' }).click()
  await adminPage.getByRole('button', { name: '重置', exact: true }).click()
  await field(adminPage, '用户').fill(userName)
  await adminPage.getByRole('button', { name: '查询' }).click()
  await expect(row(adminPage, userName)).toContainText('待改密')

  await signIn(page, userName, INITIAL_PASSWORD)
  await arrive(page, '修改初始密码')
})

test('PC-2.3c the owner of a locked account comes back by text message', async ({ page, operator, tenant }) => {
  const mobile = someMobile()
  const userName = await addAdministrator(tenant.admin, tenant.root, '孙丽', mobile)
  for (let wrong = 0; wrong < 4; wrong += 1) {
    await signIn(page, userName, `Wrong#pass${unique()}`)
    await expect(page.getByRole('alert').filter({ hasText: wrong === 3 ? '锁定' : '密码错误' }).first()).toBeVisible()
  }
  await page.getByRole('tab', { name: '短信登录' }).click()
  await field(page, '手机号').fill(mobile)
  await requestCode(page)
  await field(page, '验证码').fill(await smsCode(operator, mobile))
  await follow(page.getByRole('button', { name: '登录', exact: true }), '首页')
})
