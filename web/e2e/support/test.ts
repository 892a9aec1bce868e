import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { SignInDocument } from '../../api/src/index'
import { enrolOperator, openTenant, PASSWORD, unique, type Account, type Operator, type Tenant } from './people'

interface Worker { operator: Operator; tenant: Tenant }
interface Each { operatorPage: Page; adminPage: Page; pageAs: (account: Account | Operator) => Promise<Page> }

const SLOW = Number(process.env.ZHIBU_SLOW ?? 0)

/** With ZHIBU_SLOW=<milliseconds> every script of the console comes late, which shows steps that do not wait for their page. */
async function perhapsSlow(context: BrowserContext): Promise<void> {
  if (SLOW === 0) return
  await context.route('**/assets/*.js', async (route) => {
    await new Promise((resolve) => { setTimeout(resolve, SLOW) })
    await route.continue().catch(() => undefined)
  })
}

/** Tests with an operator and a tenant per worker; pages are signed in by cookie, not by typing. */
export const test = base.extend<Each, Worker>({
  operator: [async ({}, use, { project }) => {
    const operator = await enrolOperator(project.use.baseURL ?? '')
    await use(operator)
    await operator.api.close()
  }, { scope: 'worker', timeout: 60_000 }],
  tenant: [async ({ operator }, use, { project }) => {
    const tenant = await openTenant(operator, project.use.baseURL ?? '', `中共滨海市临江区委员会${unique()}`)
    const { api, userName } = tenant.admin
    api.lasting(() => api.ask(SignInDocument, { input: { userName, password: PASSWORD } }))
    await use(tenant)
    await tenant.admin.api.close()
  }, { scope: 'worker', timeout: 90_000 }],
  context: async ({ context }, use) => {
    await perhapsSlow(context)
    await use(context)
  },
  pageAs: async ({ browser }, use) => {
    const pages: Page[] = []
    await use(async ({ api }) => {
      const context = await browser.newContext({ storageState: await api.storage() })
      await perhapsSlow(context)
      const page = await context.newPage()
      pages.push(page)
      return page
    })
    for (const page of pages) await page.context().close()
  },
  operatorPage: async ({ pageAs, operator }, use) => use(await pageAs(operator)),
  adminPage: async ({ pageAs, tenant }, use) => use(await pageAs(tenant.admin)),
})

export { expect } from '@playwright/test'
