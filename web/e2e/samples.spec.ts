import { readFile } from 'node:fs/promises'
import { choose, field, row } from './support/forms'
import { look } from './support/look'
import { arrive, follow, menu, open } from './support/moves'
import { openTenant, unique } from './support/people'
import { expect, test } from './support/test'

test('OP-6 PC-5.4.3 a sample text from the operator to the reader and back', async ({ operatorPage: desk, adminPage: reader }) => {
  const title = `党支部年度工作计划${unique()}`
  await open(desk, '/operator/samples', '范文库')
  await follow(desk.getByRole('button', { name: '新建范文' }), '新建范文')
  await choose(desk, '类别', '工作计划')
  await field(desk, '标题').fill(title)
  await field(desk, '摘要').fill('适用于机关党支部制定年度工作计划。')
  await field(desk, '正文').fill('一、指导思想\n\n以学习贯彻会议精神为主线，扎实开展支部工作。\n\n二、主要任务\n\n落实“三会一课”制度，做好发展党员工作。')
  await look(desk, 'sample-write')
  await follow(desk.getByRole('button', { name: '保存为草稿' }), '范文库')
  await expect(row(desk, title)).toContainText('草稿')

  await open(reader, '/document/samples', '范文示例')
  await expect(reader.getByRole('tab', { name: '全部' })).toBeVisible()
  await expect(reader.locator('.ant-spin-spinning')).toHaveCount(0)
  await expect(reader.getByRole('link', { name: title })).toHaveCount(0)

  await desk.getByRole('button', { name: `发布 ${title}` }).click()
  await desk.getByRole('button', { name: '发布', exact: true }).click()
  await expect(row(desk, title)).toContainText('已发布')
  await look(desk, 'sample-library')

  await reader.getByRole('button', { name: '刷新' }).click()
  const entry = row(reader, title)
  await expect(entry.getByRole('img', { name: '未读' })).toBeVisible()
  await look(reader, 'samples')
  await follow(entry.getByRole('link'), title)
  await expect(reader.getByRole('article', { name: title })).toContainText('三会一课')
  await look(reader, 'sample')
  await reader.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await reader.getByRole('button', { name: '立即使用（复制全文）' }).click()
  await expect(reader.getByText('全文已复制')).toBeVisible()
  expect(await reader.evaluate(() => navigator.clipboard.readText())).toContain('三会一课')
  await expect(async () => {
    const downloading = reader.waitForEvent('download', { timeout: 5_000 })
    await reader.getByRole('button', { name: '下载 Word 文档' }).click()
    const file = await downloading
    expect(file.suggestedFilename()).toMatch(/\.docx$/)
    expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK')
  }).toPass({ timeout: 90_000 })
  await follow(menu(reader).getByRole('link', { name: '范文示例' }), '范文示例')
  await expect(row(reader, title)).toBeVisible()
  await expect(row(reader, title).getByRole('img', { name: '未读' })).toHaveCount(0)

  await desk.getByRole('button', { name: `下架 ${title}` }).click()
  await desk.getByRole('dialog', { name: `下架《${title}》` }).getByRole('button', { name: '继续' }).click()
  await desk.getByRole('dialog', { name: '再次确认：下架？' }).getByRole('button', { name: '下架', exact: true }).click()
  await expect(row(desk, title)).toContainText('已下架')
  await reader.reload()
  await arrive(reader, '范文示例')
  await expect(row(reader, title)).toHaveCount(0)
})

test('OP-8 a module switched off disappears from the tenant', async ({ operatorPage: desk, operator, pageAs, baseURL }) => {
  const own = await openTenant(operator, baseURL ?? '', `中共滨海市气象局党组${unique()}`)
  const page = await pageAs(own.admin)
  await open(page, '/document/samples', '范文示例')
  await open(desk, `/operator/tenants?search=${encodeURIComponent(own.name)}`, '租户管理')
  await desk.getByRole('button', { name: own.name, exact: true }).click()
  const drawer = desk.getByRole('dialog', { name: own.name })
  await drawer.getByRole('switch', { name: '文档管理：已开通' }).click()
  const ask = desk.getByRole('dialog', { name: '关闭“文档管理”' })
  await ask.getByRole('textbox').fill(own.name)
  await look(desk, 'operator-module-off')
  await ask.getByRole('button', { name: '关闭并删除数据' }).click()
  await expect(drawer.getByRole('switch', { name: '文档管理：未开通' })).toBeVisible({ timeout: 30_000 })
  await look(desk, 'operator-module-gone')
  await page.reload()
  await arrive(page, '页面不存在')
  await expect(menu(page).getByRole('link', { name: '范文示例' })).toHaveCount(0)
  await own.admin.api.close()
})
