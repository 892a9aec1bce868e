import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, type BrowserContext } from '@playwright/test'

const run = promisify(execFile)

function variable(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: the suite runs through script/test`)
  return value
}

/** Runs a command of the server's program beside a running server, the suite's if no other is named; gives its standard output. */
export async function zhibu(command: string[], data = variable('ZHIBU_DATA')): Promise<string> {
  const { stdout } = await run(variable('ZHIBU_BIN'), ['--data', data, ...command])
  return stdout
}

/** The token of a fresh enrolment link. */
export async function inviteOperator(name: string, data?: string): Promise<string> {
  const token = /#token=(\w+)/.exec(await zhibu(['operator', 'invite', name], data))?.[1]
  if (!token) throw new Error('the invitation holds no token')
  return token
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  await new Promise((resolve) => { server.close(resolve) })
  if (typeof address !== 'object' || !address) throw new Error('no free port')
  return address.port
}

/** The emulator of outside services, and where it is told what to do. */
export class Double {
  private constructor(readonly addresses: Record<string, string>, private readonly process: ChildProcess) {}

  static async start(): Promise<Double> {
    const double = spawn(join(dirname(variable('ZHIBU_BIN')), 'zhibu-provider-double'), [], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      double.once('error', reject)
      double.stdout.on('data', (part: Buffer) => {
        said += part.toString()
        if (said.includes('control ')) resolve()
      })
    })
    const addresses = Object.fromEntries([...said.matchAll(/^(\w+)\s+(http\S+)$/gm)].map(([, name, at]) => [name, at]))
    return new Double(addresses, double)
  }

  /** Where a part of it answers. */
  at(name: string): string {
    const address = this.addresses[name]
    if (!address) throw new Error(`the emulator does not play ${name}`)
    return address
  }

  /** Asks its control port, or tells it something. */
  async control<Answer>(path: string, body?: unknown): Promise<Answer> {
    const asked = body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}
    const answer = await fetch(this.at('control') + path, asked)
    expect(answer.ok, `${path}: ${await answer.clone().text()}`).toBe(true)
    return await answer.json() as Answer
  }

  stop(): void {
    this.process.kill('SIGTERM')
  }
}

/** A server of a test's own, whose calendar the test moves: the suite's server keeps the real day for all others. */
export class OwnServer {
  private ahead = 0

  private constructor(readonly url: string, private readonly folder: string, private readonly process: ChildProcess) {}

  /** `settings` are further variables of its environment. */
  static async start(settings: Record<string, string> = {}): Promise<OwnServer> {
    const folder = await mkdtemp('/tmp/zhibu-years.')
    // The database's account passes through.
    await chmod(folder, 0o755)
    const url = `http://127.0.0.1:${await freePort()}`
    const serve = ['serve', '--profile', 'embedded', '--data', `${folder}/data`, '--listen', new URL(url).host, '--clock', `${folder}/ahead`]
    const server = new OwnServer(url, folder, spawn(variable('ZHIBU_BIN'), serve, { stdio: 'ignore', env: { ...process.env, ...settings } }))
    await expect.poll(async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok ?? false, { timeout: 120_000 }).toBe(true)
    return server
  }

  get data(): string {
    return `${this.folder}/data`
  }

  /** Today by the server's calendar, in China, so many days later. */
  day(later = 0): string {
    return new Date(Date.now() + (this.ahead + later) * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)
  }

  /** Lets days go by; what the server does every hour is done. */
  async pass(days: number): Promise<void> {
    this.ahead += days
    await writeFile(`${this.folder}/ahead`, String(this.ahead * 86_400))
    await wait(300)
    await zhibu(['hourly'], this.data)
  }

  /** Gives a browser the same day as the server. */
  async tell(context: BrowserContext): Promise<void> {
    await context.addInitScript((ahead) => {
      const Machine = Date
      globalThis.Date = class extends Machine {
        constructor(...given: []) {
          super(...(given.length === 0 ? [Machine.now() + ahead] as unknown as [] : given))
        }

        static override now = () => Machine.now() + ahead
      } as DateConstructor
    }, this.ahead * 86_400_000)
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => { this.process.once('exit', resolve) })
    this.process.kill('SIGTERM')
    await gone
    await rm(this.folder, { recursive: true, force: true })
  }
}
