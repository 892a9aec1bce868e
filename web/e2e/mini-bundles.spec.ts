import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { addBranch, addMember, member } from './support/member'
import { enrolOperator, openTenant, someMobile } from './support/people'
import { Double, OwnServer } from './support/server'
import { expect, test } from './support/test'

const MINIAPP = join(import.meta.dirname, '../../miniapp')

interface Accounts { corp: string; [platform: string]: Record<string, string> | string }

/** The accounts of the three platforms as the server's environment names them. */
function settings(double: Double, accounts: Accounts): Record<string, string> {
  const all: Record<string, string> = {}
  for (const platform of ['wechat', 'alipay', 'dingtalk']) {
    const account = { ...(accounts[platform] as Record<string, string>), endpoint: double.at(platform) }
    for (const [name, value] of Object.entries(account)) all[`ZHIBU__MINI__${platform.toUpperCase()}__${name.toUpperCase()}`] = JSON.stringify(value)
  }
  return all
}

test('M-0.1 M-0.2 M-0.3 M-1.8 the built mini-programs of WeChat, Alipay and DingTalk sign in, show menus and write', async () => {
  const double = await Double.start()
  const accounts = await double.control<Accounts>('accounts')
  const server = await OwnServer.start(settings(double, accounts))
  try {
    const operator = await enrolOperator(server.url, server.data)
    const own = await openTenant(operator, server.url, '中共滨海市渡口集团委员会')
    const branch = await addBranch(own.admin, own.root, '渡口机关第一党支部')
    const mobile = someMobile()
    await addMember(own.admin, member(branch, '林晓燕', { mobile }))
    // The company has authorised the app at DingTalk; its administrator gets a tenant of their own.
    const boss = someMobile()
    const { dingtalk } = await double.control<{ dingtalk: { userid: string } }>('people', { mobile: boss })
    const push = async (event: unknown): Promise<void> => {
      const pushed = await double.control<{ acknowledged: boolean }>('push', { url: `${server.url}/callbacks/dingtalk`, event })
      expect(pushed.acknowledged).toBe(true)
    }
    await push({ kind: 'ticket' })
    await push({ kind: 'authorise', corp: accounts.corp, name: '滨海市渡口钉钉单位', admin: dingtalk.userid })
    const env = { ...process.env, ZHIBU_URL: server.url, ZHIBU_EMULATOR: double.at('control').replace(/\/_ctl\/$/, ''), ZHIBU_MOBILE: mobile }
    const { stdout } = await promisify(execFile)('node', ['harness/run.mjs'], { cwd: MINIAPP, env })
    for (const target of ['weapp', 'alipay', 'dd']) for (const name of ['consent', 'sign-in']) expect(stdout).toContain(`通过 ${target} ${name}.mjs`)
    expect(await double.control<string[]>('report')).toEqual([])
  } finally {
    await server.stop()
    double.stop()
  }
})
