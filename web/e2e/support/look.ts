import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/**
 * Faults of the component library that we cannot mend from outside; everything else counts.
 */
const KNOWN: { rule: string; where: RegExp }[] = []

/** Looks at a page as it is now: a screenshot for the eye, and nothing serious for those who cannot see it. */
export async function look(page: Page, name: string, spinning = 0): Promise<void> {
  await expect(page.locator('.ant-spin-spinning')).toHaveCount(spinning)
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: `shots/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze()
  const faults = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ rule: id, where: node.html, why: node.failureSummary })))
    .filter(({ rule, where }) => !KNOWN.some((known) => known.rule === rule && known.where.test(where)))
  expect(faults, `accessibility of ${name}`).toEqual([])
}
