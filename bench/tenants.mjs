// The tenant tax: what the same requests cost when they go round many tenants, what a backend's memory comes to, and
// how long it takes to migrate them all. With a second binary both are measured in turns on the same database.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { activate, cpu, data, databaseCpu, enter, fill, folder, issue, machine, median, psql, resident, run, say, serve, sleep, stop, url } from './installation.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const [binaries, wanted, rounds] = [process.argv[2].split(','), Number(process.argv[3]), Number(process.argv[4] ?? 3)]
const seconds = Number(process.argv[5] ?? 4)
const QUERIES = {
  point: 'query($id: ID!) { directory { organisation(id: $id) { id shortName type code } } }',
  list: '{ directory { organisations(first: 50) { nodes { id shortName type code administrators { displayName } units { name nature } parent { id shortName } } } } }',
}

/** Runs `job` for every item, some at a time. */
async function each(items, width, job) {
  const rest = [...items.entries()]
  await Promise.all(Array.from({ length: width }, async () => { for (let next; (next = rest.shift());) await job(next[1], next[0]) }))
}

const wrkArguments = (file, time, connections) => ['-t1', `-c${connections}`, `-d${time}s`, '-s', join(here, 'post.lua'), `${url}/graphql`, '--', file]
function read(text) {
  const [, requests, duration, p99] = /RESULT (\d+) (\d+) (\d+)/.exec(text).map(Number)
  if (/Non-2xx|^BAD/m.test(text)) throw new Error(text)
  return { requests, rate: requests / (duration / 1e6), p99: p99 / 1000 }
}
function wrk(file, child) {
  const before = [databaseCpu(), cpu(child.pid)]
  const found = read(execFileSync('wrk', wrkArguments(file, seconds, 8), { encoding: 'utf8' }))
  return { ...found, database: ((databaseCpu() - before[0]) / found.requests) * 1e6, server: ((cpu(child.pid) - before[1]) / found.requests) * 1e6 }
}

/** Private memory of each backend that serves requests, in MB. */
function backends() {
  const pids = psql("SELECT pid FROM pg_stat_activity WHERE usename = 'zhibu_app'").trim().split('\n').filter(Boolean)
  return pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return ['Private_Clean', 'Private_Dirty'].reduce((sum, field) => sum + Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)[1]), 0) / 1024
  })
}

async function main() {
  console.log(`${machine()}, ${wanted} tenants, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0].toFixed(1)}\n`)
  console.log('| what | figure |\n|---|---|')
  let { child } = await serve(binaries[0])
  const codes = issue(binaries[0], wanted)
  const names = codes.map((_, n) => `bench${n}`)
  let started = performance.now()
  const times = []
  await each(names, 2, async (name, n) => { times[n] = await activate(codes[n], name) })
  const tenth = Math.ceil(wanted / 10)
  say('provisioning', `${(wanted / ((performance.now() - started) / 1000)).toFixed(1)} a second; median of the first tenth ${median(times.slice(0, tenth)).toFixed(0)} ms, of the last ${median(times.slice(-tenth)).toFixed(0)} ms`)
  const schemas = psql("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants ORDER BY id").trim().split('\n')
  psql(schemas.map(fill).join('\n'))
  psql('ANALYZE')
  // Connections that the server has closed while psql kept us waiting are noticed now.
  await sleep(1000)
  const entered = []
  await each(names, 2, async (name, n) => { entered[n] = await enter(name) })
  const schemaOf = new Map(psql("SELECT request->>'user_name', 't_' || replace(id::text, '-', '') FROM platform.tenants").trim().split('\n').map((row) => row.split('|')))
  const ids = new Map(schemas.map((schema) => [schema, psql(`SELECT id FROM ${schema}.organisations WHERE path = '001.030'`).trim()]))
  const id = (n) => ids.get(schemaOf.get(names[n]))
  const body = (kind, n) => JSON.stringify({ query: QUERIES[kind], variables: kind === 'point' ? { id: id(n) } : {} })
  // How often each tenant comes: one only, each as often, or the nth as often as 1/n.
  const spread = {
    one: () => [0],
    zipf: () => {
      const sum = names.reduce((all, _, n) => all + 1 / (n + 1), 0)
      return names.flatMap((_, n) => Array(Math.max(1, Math.round((20 * wanted) / (n + 1) / sum))).fill(n))
    },
    uniform: () => names.map((_, n) => n),
  }
  const file = {}
  for (const kind of Object.keys(QUERIES)) {
    for (const way of Object.keys(spread)) {
      file[`${kind} ${way}`] = join(folder, `${kind}-${way}.txt`)
      writeFileSync(file[`${kind} ${way}`], spread[way]().map((n) => `${entered[n]}\t${body(kind, n)}`).join('\n') + '\n')
    }
  }
  const touch = (many) => each(names.slice(0, many), 8, async (_, n) => {
    for (const kind of Object.keys(QUERIES)) {
      await fetch(`${url}/graphql`, { method: 'POST', body: body(kind, n), headers: { 'content-type': 'application/json', 'x-zhibu-csrf': '1', cookie: entered[n] } }).then((answer) => answer.text())
    }
  })
  await stop(child)

  const runs = binaries.map(() => ({})), memory = binaries.map(() => ({}))
  const passes = Math.max(1, Math.ceil(rounds / 2))
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [which, binary] of binaries.entries()) {
      ({ child } = await serve(binary))
      for (const many of [Math.min(200, wanted), wanted]) {
        await touch(many)
        const found = backends()
        memory[which][many] = `${Math.max(...found).toFixed(1)} the largest, ${median(found).toFixed(1)} the middle one of ${found.length}`
      }
      for (let n = 0; n < 2; n += 1) {
        for (const key of Object.keys(file)) (runs[which][key] ??= []).push(wrk(file[key], child))
      }
      memory[which].after = `${Math.max(...backends()).toFixed(1)} the largest; the server ${resident(child.pid).toFixed(0)}`
      await stop(child)
    }
  }
  for (const [which, binary] of binaries.entries()) {
    const label = binaries.length > 1 ? `${binary}: ` : ''
    const middle = (key, field) => median(runs[which][key].map((r) => r[field]))
    for (const kind of Object.keys(QUERIES)) {
      for (const way of Object.keys(spread)) {
        const key = `${kind} ${way}`
        say(`${label}${key}`, `${(middle(key, 'rate') / middle(`${kind} one`, 'rate')).toFixed(2)} of one tenant (${middle(key, 'rate').toFixed(0)} a second, p99 ${middle(key, 'p99').toFixed(1)} ms; CPU µs a request: database ${middle(key, 'database').toFixed(0)}, server ${middle(key, 'server').toFixed(0)})`)
      }
    }
    for (const [many, found] of Object.entries(memory[which])) say(`${label}private MB a backend, ${many === 'after' ? 'after all of it' : `${many} tenants touched`}`, found)
  }

  // P8: the newest step that adds a column and an index is taken back everywhere, and comes again while requests run.
  const step = join(here, '../migrations/tenant/system/0003_audit')
  const [up, down] = ['up', 'down'].map((way) => readFileSync(join(step, `${way}.sql`), 'utf8'))
  const back = () => psql(schemas.map((schema) => `BEGIN; SET LOCAL search_path TO ${schema}; ${down}; DELETE FROM migration WHERE module = 'system' AND version = '0003_audit'; COMMIT;`).join('\n') + "UPDATE platform.tenants SET schema_version = 'older'")
  const script = () => {
    const from = performance.now()
    psql(schemas.map((schema) => `BEGIN; SET LOCAL ROLE ${schema}; SET LOCAL search_path TO ${schema}; ${up}; COMMIT;`).join('\n'))
    return performance.now() - from
  }
  const last = binaries.at(-1)
  const migrate = () => { const from = performance.now(); execFileSync(last, ['--data', data, 'migrate'], { stdio: ['ignore', 'ignore', 'inherit'] }); return performance.now() - from };
  ({ child } = await serve(last))
  back(); const plain = script()
  back(); const ours = migrate()
  const again = migrate()
  const quiet = wrk(file['point uniform'], child)
  back()
  const load = spawn('wrk', wrkArguments(file['point uniform'], Math.ceil(ours / 1000) * 2 + 2, 8), { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  load.stdout.on('data', (part) => { text += part })
  const ended = new Promise((done) => load.on('exit', done))
  migrate()
  await ended
  say(`a column and an index for ${wanted} tenants (P8)`, `${(ours / 1000).toFixed(1)} s, ${(ours / plain).toFixed(2)} × the same DDL as a psql script (${(plain / 1000).toFixed(1)} s); again ${(again / ours).toFixed(2)} × (${(again / 1000).toFixed(1)} s)`)
  const busy = read(text)
  say('point uniform meanwhile (P8)', `no request failed; p99 ${busy.p99.toFixed(1)} ms, ${(busy.p99 / quiet.p99).toFixed(2)} × without`)
  say('load at the end', loadavg()[0].toFixed(1))
  await stop(child)
}

await run(main)
