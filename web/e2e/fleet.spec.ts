import { row } from './support/forms'
import { look } from './support/look'
import { open } from './support/moves'
import { openTenant, unique } from './support/people'
import { expect, test } from './support/test'

test('fleet: an operator sees the versions and moves a tenant to the canary ring', async ({ operatorPage: desk, operator, baseURL }) => {
  const own = await openTenant(operator, baseURL ?? '', `中共滨海市地震局总支部委员会${unique()}`)
  await open(desk, '/operator/fleet?standing=CURRENT', '升级进度')
  await expect(desk.getByText(/最新 \d+ 个，待升级 0 个，失败 0 个/)).toBeVisible()
  await desk.goto('/operator/fleet?size=100')
  await expect(row(desk, own.name)).toContainText('普通')
  await expect(row(desk, own.name)).toContainText(/\d+ 个模块均为最新/)
  await row(desk, own.name).getByRole('button', { name: `改为先行 ${own.name}` }).click()
  await expect(row(desk, own.name)).toContainText('先行')
  await look(desk, 'operator-fleet')
})
