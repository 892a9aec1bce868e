import { createHash, createHmac, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { choose, field, part, row } from './support/forms'
import { look } from './support/look'
import { arrive, follow, open } from './support/moves'
import { openTenant, unique, type Tenant } from './support/people'
import { expect, test } from './support/test'

let own: Tenant

test.beforeAll(async ({ operator }, { project }) => {
  own = await openTenant(operator, project.use.baseURL ?? '', `中共滨海市信息局委员会${unique()}`)
})
test.afterAll(() => own.admin.api.close())

/** Asks for a ticket as an integrator's server does; gives the address that signs the person in. */
async function loginAddress(baseURL: string, app: string, secret: string, userName: string): Promise<string> {
  const body = JSON.stringify({ subject: { type: 'username', value: userName }, client: 'pc', target: '/home' })
  const [at, nonce] = [String(Math.floor(Date.now() / 1000)), randomUUID()]
  const hash = createHash('sha256').update(body).digest('hex')
  const text = ['SSO1-HMAC-SHA256', 'POST', '/sso/v1/tickets', '', app, at, nonce, hash].join('\n')
  const signature = createHmac('sha256', secret).update(text).digest('hex')
  const answer = await fetch(`${baseURL}/sso/v1/tickets`, {
    method: 'POST',
    body,
    headers: { 'X-Sso-App': app, 'X-Sso-Timestamp': at, 'X-Sso-Nonce': nonce, 'X-Sso-Algorithm': 'SSO1-HMAC-SHA256', 'X-Sso-Signature': signature },
  })
  const { login_url: address, code } = (await answer.json()) as { login_url?: string; code?: string }
  if (!address) throw new Error(`no ticket: ${code ?? answer.status}`)
  return address
}

test('PC-2.6 OP-2 a tenant applies, an operator approves, and somebody comes in without a password', async ({ pageAs, operatorPage: desk, page, baseURL }) => {
  const base = baseURL ?? ''
  const name = `办公平台${unique()}`
  const admin = await pageAs(own.admin)
  await open(admin, '/system/sso', '免密登录')
  await look(admin, 'sso-empty')
  await admin.getByRole('button', { name: '新建' }).click()
  const form = admin.getByRole('dialog', { name: '申请免密登录' })
  await field(form, '平台名称').fill(name)
  await field(form, '平台网址').fill('oa.example.org')
  await field(form, '用途').fill('从办公平台进入党建平台')
  await form.getByRole('button', { name: '提交申请' }).click()
  await expect(form.getByText('以 http:// 或 https:// 开头')).toBeVisible()
  await field(form, '平台网址').fill('https://oa.example.org')
  await form.getByRole('button', { name: '提交申请' }).click()
  const section = part(admin, name)
  await expect(section).toContainText('待审核')
  await expect(section.getByRole('button', { name: '获取密钥' })).toHaveCount(0)

  await open(desk, '/operator/sso', '免密登录审核')
  await choose(desk, '状态', '待审核')
  await desk.getByRole('button', { name: '查询' }).click()
  await expect(row(desk, name)).toContainText(own.name)
  await look(desk, 'sso-review')
  await desk.getByRole('button', { name: `通过${name}`, exact: true }).click()
  await expect(row(desk, name)).toHaveCount(0)
  await desk.getByRole('button', { name: '清除条件' }).click()
  await expect(row(desk, name)).toContainText('200')

  await admin.reload()
  await expect(admin.getByRole('alert').filter({ hasText: '免密登录申请已通过' })).toBeVisible()
  await section.getByRole('button', { name: '获取密钥' }).click()
  const drawer = admin.getByRole('dialog', { name: '获取密钥' })
  await drawer.getByRole('button', { name: '生成密钥' }).click()
  const secret = (await drawer.getByTestId('sso-secret').textContent()) ?? ''
  expect(secret.length).toBeGreaterThan(40)
  await look(admin, 'sso-secret')
  await drawer.getByRole('button', { name: '已保存，关闭' }).click()
  await expect(section.getByRole('button', { name: '更换密钥' })).toBeVisible()
  await expect(admin.getByText(secret)).toHaveCount(0)

  await section.getByRole('button', { name: '设置规则' }).click()
  const rules = admin.getByRole('dialog', { name: `设置规则 · ${name}` })
  await field(rules, '允许进入的页面').fill('//evil')
  await rules.getByRole('button', { name: '保存' }).click()
  await expect(rules.getByText('请填写1至20个以 / 开头的本系统路径')).toBeVisible()
  await field(rules, '允许进入的页面').fill('/home')
  await rules.getByLabel('允许管理员免密登录').check()
  await look(admin, 'sso-rules')
  await rules.getByRole('button', { name: '保存' }).click()
  await expect(section).toContainText('可以免密登录')
  const app = /ak_[0-9a-f]{20}/.exec((await section.textContent()) ?? '')?.[0] ?? ''
  await look(admin, 'sso-approved')

  await follow(section.getByRole('button', { name: '接入文档' }), '接入文档')
  const source = admin.getByLabel('curl 示例', { exact: true })
  await expect(source).toContainText(app)
  await expect(source).toContainText(new URL(base).host)
  await look(admin, 'sso-guide')
  const [file] = await Promise.all([admin.waitForEvent('download'), admin.getByRole('button', { name: '下载完整文档' }).click()])
  expect(file.suggestedFilename()).toBe(`免密登录接入文档-${name}.md`)
  expect(await readFile(await file.path(), 'utf8')).toContain(app)

  // The person has no password of theirs in this browser.
  const address = await loginAddress(base, app, secret, own.admin.userName)
  await page.goto(address)
  await arrive(page, '首页')
  expect(page.url()).not.toContain('#t=')
  await look(page, 'sso-entered')
  await page.goto(address)
  await expect(page.getByText('登录凭证已使用过')).toBeVisible()
  await look(page, 'sso-used')

  await open(admin, '/system/sso', '免密登录')
  await expect(section).toContainText('199 次')
  await section.getByRole('button', { name: '使用记录' }).click()
  await expect(admin.getByRole('table', { name: '使用记录' }).getByRole('row')).toHaveCount(2)
  await admin.keyboard.press('Escape')
  await section.getByRole('button', { name: '停用' }).click()
  const stop = admin.getByRole('dialog', { name: `停用“${name}”` })
  await stop.getByLabel('停用原因').fill('平台下线')
  await stop.getByRole('button', { name: '停用', exact: true }).click()
  await expect(section).toContainText('平台下线')
  await expect(loginAddress(base, app, secret, own.admin.userName)).rejects.toThrow('APP_NOT_ACTIVE')
})
