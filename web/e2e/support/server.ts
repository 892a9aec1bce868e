import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

function variable(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: the suite runs through script/test`)
  return value
}

/** Runs a command of the server's program beside the running server; gives its standard output. */
export async function zhibu(...command: string[]): Promise<string> {
  const { stdout } = await run(variable('ZHIBU_BIN'), ['--data', variable('ZHIBU_DATA'), ...command])
  return stdout
}

/** The token of a fresh enrolment link. */
export async function inviteOperator(name: string): Promise<string> {
  const token = /#token=(\w+)/.exec(await zhibu('operator', 'invite', name))?.[1]
  if (!token) throw new Error('the invitation holds no token')
  return token
}
