import { devices } from '@playwright/test'
import { PublishTextDocument, SaveTextDocument } from '../api/src/index'
import { row } from './support/forms'
import { look } from './support/look'
import { addBranch, addMember, member } from './support/member'
import { lookMini, named, press, shown, signInMini, touch, type } from './support/mini'
import { open, personal } from './support/moves'
import { openTenant, someMobile, unique } from './support/people'
import { expect, test } from './support/test'

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['iPhone 13']

test('M-0.1 M-1.17 M-1.8 M-2.3 scan, consent, bind, choose, read the certificate, write a note from a sample; an administrator recommends it', async ({ operator, pageAs, browser }, { project }) => {
  const at = project.use.baseURL ?? ''
  const own = await openTenant(operator, at, `中共滨海市灯塔集团委员会${unique()}`)
  const other = await openTenant(operator, at, `中共滨海市海事局委员会${unique()}`)
  const mobile = someMobile()
  const name = '林晓燕'
  await addMember(own.admin, member(await addBranch(own.admin, own.root, '灯塔机关第一党支部'), name, { mobile }))
  await addMember(other.admin, member(await addBranch(other.admin, other.root, '海事局第一党支部'), name, { mobile }))
  const sample = `学习心得范文${unique()}`
  const { id, version } = (await operator.api.ask(SaveTextDocument, {
    id: null, version: null, input: { kind: 'STUDY_NOTE', title: sample, summary: '供参考的样式', body: '通过学习，我认识到做好本职工作就是最好的服务。' },
  })).document.saveText
  await operator.api.ask(PublishTextDocument, { id, version })

  // The administrator shows the code.
  const admin = await pageAs(own.admin)
  await open(admin, '/home', /./)
  await personal(admin, '手机端')
  await expect(admin.getByRole('img', { name: '手机端二维码' })).toBeVisible()
  await look(admin, 'phone-code')
  const address = await admin.getByRole('link', { name: '/m/' }).getAttribute('href')
  expect(address).toBe(`${at}/m/`)

  const context = await browser.newContext({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch })
  const phone = await context.newPage()
  await signInMini(phone, operator, mobile)
  await expect(shown(phone)).toContainText('请选择要进入的组织')
  await touch(phone, own.name)
  await named(phone, '首页')
  await touch(phone, '党员活动证')
  await named(phone, '党员活动证')
  await expect(shown(phone)).toContainText(name)
  await lookMini(phone, 'demo-certificate')
  await phone.goBack()
  await touch(phone, '学习心得')
  await press(phone, '写学习心得')
  await press(phone, '使用范文')
  await type(phone, '查找范文', sample)
  await press(phone, '查找')
  await shown(phone).locator('.card').filter({ hasText: sample }).locator('taro-button-core').first().click()
  await expect(shown(phone).getByLabel('正文', { exact: true })).toHaveValue(/做好本职工作/)
  const title = `灯塔下的体会${unique()}`
  await type(phone, '标题', title)
  await press(phone, '发布')
  await expect(shown(phone)).toContainText(title)
  await context.close()

  await open(admin, '/member/study-note', '学习心得')
  await row(admin, title).getByRole('button', { name: title }).click()
  await admin.getByRole('button', { name: '推荐', exact: true }).click()
  await expect(admin.getByRole('dialog').getByText('已推荐')).toBeVisible()
  await look(admin, 'demo-recommended')
  await own.admin.api.close()
  await other.admin.api.close()
})

test('M-0.5 PC-2.2 PC-2.5 the tenant\'s start picture and menus are seen on the phone', async ({ operator, pageAs, browser }, { project }) => {
  const own = await openTenant(operator, project.use.baseURL ?? '', `中共滨海市潮汐集团委员会${unique()}`)
  const mobile = someMobile()
  await addMember(own.admin, member(await addBranch(own.admin, own.root, '潮汐机关第一党支部'), '林晓燕', { mobile }))
  const admin = await pageAs(own.admin)
  await open(admin, '/system/splash', '启动页设置')
  await admin.setViewportSize({ width: 750, height: 1334 })
  const picture = await admin.screenshot()
  await admin.setViewportSize({ width: 1440, height: 900 })
  await admin.getByTestId('SPLASH').setInputFiles({ name: '封面.png', mimeType: 'image/png', buffer: picture })
  await expect(admin.getByText('启动页已更换')).toBeVisible()
  const context = await browser.newContext({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch })
  const phone = await context.newPage()
  await signInMini(phone, operator, mobile)
  await named(phone, '首页')
  await expect.poll(() => phone.evaluate(() => Object.values(localStorage).some((text) => String(text).includes('data:image')))).toBe(true)
  await phone.reload()
  await expect(phone.getByText('跳过 3')).toBeVisible()
  await phone.screenshot({ path: 'shots/mini-splash.png' })
  await phone.getByText(/跳过/).click()
  await expect(phone.getByText(/跳过/)).toHaveCount(0)
  await context.close()
  await own.admin.api.close()
})
