// An installation of its own for a measurement: server, database and what both benches ask of them.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

export const folder = mkdtempSync('/var/tmp/zhibu-bench-')
chmodSync(folder, 0o755)
export const data = join(folder, 'data')
const port = 18100
export const url = `http://127.0.0.1:${port}`
export const socket = join(data, 'postgres/run')
const env = {
  ...process.env, ZHIBU_LOG: 'error', ZHIBU__SETTINGS__ACTIVATIONS_PER_ADDRESS: '1000000',
  ZHIBU__SETTINGS__SIGN_INS_PER_ADDRESS: '1000000', ZHIBU__SETTINGS__ACCESS_MINUTES: '600',
}
export const children = []
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
export const say = (name, ...values) => console.log(`| ${[name, ...values].join(' | ')} |`)
export const machine = () => `${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`
export const sleep = (ms) => new Promise((next) => setTimeout(next, ms))

export function serve(zhibu) {
  const started = performance.now()
  const child = spawn(zhibu, ['serve', '--profile', 'embedded', '--data', data, '--listen', `127.0.0.1:${port}`], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return new Promise((done, fail) => {
    child.stdout.on('data', (text) => String(text).includes('租户入口') && done({ child, ms: performance.now() - started }))
    child.on('exit', (code) => fail(new Error(`the server ended: ${code}`)))
  })
}
export const stop = (child) => new Promise((done) => { child.removeAllListeners('exit'); child.on('exit', done); child.kill('SIGTERM') })

const status = (pid, field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
export const resident = (pid) => status(pid, 'VmRSS')
export const peak = (pid) => status(pid, 'VmHWM')
/** Forgets the peak so far; needs the right to. */
export const forgetPeak = (pid) => execFileSync('sh', ['-c', `echo 5 > /proc/${pid}/clear_refs`])

/** Seconds of CPU a process has had; with `ended`, those of its children that are no more too. */
export function cpu(pid, ended = false) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return fields.slice(11, ended ? 15 : 13).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}
const parent = (pid) => { try { return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]) } catch { return 0 } }
/** Seconds of CPU that the database has had: its first process and all that it has started. */
export function databaseCpu() {
  const first = Number(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0])
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parent(name) === first)
  return [first, ...all].reduce((sum, pid) => { try { return sum + cpu(pid, true) } catch { return sum } }, 0)
}

const client = ['-qtA', '-v', 'ON_ERROR_STOP=1', '-h', socket, '-U', 'zhibu_owner', 'zhibu']
export const psql = (sql) => execFileSync('psql', client, { input: `SET client_min_messages = 'error'; ${sql}`, encoding: 'utf8', maxBuffer: 1 << 28 })
/** COPY into or out of a file; `words` holds `STDIN` or `STDOUT`. */
export const copy = (words, file) => execFileSync('sh', ['-c', `psql "$@" ${words.includes('STDIN') ? '<' : '>'} "$0"`, file, ...client.slice(0, -1), '-c', `COPY ${words}`, 'zhibu'])

export async function ask(query, variables = {}, cookie = '') {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST', body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', 'x-zhibu-csrf': '1', ...(cookie && { cookie }) },
  })
  const { data: found, errors } = await answer.json()
  if (errors) throw new Error(JSON.stringify(errors))
  return { found, cookie: answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') }
}

export function issue(zhibu, count, ...more) {
  const codes = []
  while (codes.length < count) {
    const next = String(Math.min(200, count - codes.length))
    codes.push(...execFileSync(zhibu, ['--data', data, 'code', 'issue', '--expires', '2030-01-01', '--module', 'document', '--count', next, ...more], { env, encoding: 'utf8' }).trim().split('\n'))
  }
  return codes
}

export async function activate(code, name) {
  const started = performance.now()
  const input = { code, organisationName: `中共基准${name}委员会`, userName: name }
  const { found } = await ask('mutation($i: ActivateInput!) { system { activate(input: $i) { ticket } } }', { i: input })
  for (;;) {
    const step = await ask('query($t: String!) { system { activationProgress(ticket: $t) { state } } }', { t: found.system.activate.ticket })
    if (step.found.system.activationProgress.state === 'READY') return performance.now() - started
    await sleep(5)
  }
}

export async function enter(name) {
  const first = await ask('mutation($n: String!) { system { signIn(input: {userName: $n, password: "ABC#123"}) { __typename } } }', { n: name })
  const done = await ask('mutation { system { changeInitialPassword(input: {newPassword: "Bench-2026-x"}) { id } } }', {}, first.cookie)
  return done.cookie
}

/** Sixty organisations for a tenant. */
export const fill = (schema) => `SET search_path TO ${schema};
INSERT INTO organisations (id, parent_id, path, depth, code, full_name, short_name, org_type, status, unit_relation, contact_phone, created_at)
SELECT gen_random_uuid(), r.id, '001.' || lpad(n::text, 3, '0'), 2, '001' || lpad(n::text, 3, '0'), '中共基准第' || n || '支部委员会', '第' || n || '党支部', 'branch', 'active', 'legal_unit', r.contact_phone, now()
FROM organisations r, generate_series(1, 60) n WHERE r.depth = 1;
INSERT INTO organisation_units (organisation_id, position, name, nature) SELECT id, 0, '基准公司', '6' FROM organisations WHERE depth = 2;
INSERT INTO role_assignments (id, account_id, role, organisation_id, since) SELECT gen_random_uuid(), a.id, 'org_admin', o.id, now() FROM organisations o, accounts a WHERE o.depth = 2;
UPDATE organisations SET child_count = 60, last_child = 60 WHERE depth = 1;`

/** Runs a measurement and leaves nothing behind. */
export async function run(main) {
  process.on('exit', () => { children.forEach((child) => child.exitCode === null && child.kill('SIGKILL')); rmSync(folder, { recursive: true, force: true }) })
  await main().catch((fault) => { console.error(fault); process.exitCode = 1 })
  process.exit()
}
