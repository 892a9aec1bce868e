import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Looks at a page as it is now: a screenshot for the eye, and nothing serious for those who cannot see it: no exceptions. `spinning` parts may go on turning. */
export async function look(page: Page, name: string, spinning = 0): Promise<void> {
  await expect(page.locator('.ant-spin-spinning')).toHaveCount(spinning)
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: `shots/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze()
  const faults = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ rule: id, where: node.html, why: node.failureSummary })))
  expect(faults, `accessibility of ${name}`).toEqual([])
}
