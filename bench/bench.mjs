// Measures the release binary against pgbench (the limit) and PostGraphile (what a user would pick), interleaved.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { activate, children, enter, fill, folder, issue, machine, median, psql, resident, run, say, serve, socket, stop, url } from './installation.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const [zhibu, wanted] = [process.argv[2], Number(process.argv[3])]
const peer = 18101
const rounds = 3, seconds = 4

/** The same statements as activation sends, as one psql batch. */
function batch() {
  const root = join(here, '../migrations/tenant')
  const up = ['system', 'directory', 'document'].flatMap((module) => readdirSync(join(root, module)).sort().map((step) => readFileSync(join(root, module, step, 'up.sql'), 'utf8')))
  const times = [1, 2, 3, 4, 5].map((n) => {
    const started = performance.now()
    psql(`BEGIN; CREATE ROLE b_${n}; CREATE SCHEMA b_${n} AUTHORIZATION b_${n}; SET LOCAL ROLE b_${n}; SET LOCAL search_path TO b_${n}; ${up.join('\n')}; COMMIT;`)
    return performance.now() - started
  })
  psql([1, 2, 3, 4, 5].map((n) => `DROP SCHEMA b_${n} CASCADE; DROP ROLE b_${n};`).join(' '))
  return median(times)
}

const QUERIES = {
  point: 'query($id: ID!) { directory { organisation(id: $id) { id shortName type code } } }',
  list: '{ directory { organisations(first: 50) { nodes { id shortName type code administrators { displayName } units { name nature } parent { id shortName } } } } }',
}
const ROW = 'id, version, parent_id, path, depth, child_count, code, external_code, full_name, short_name, org_type, status, founded_on, approval_no, unit_relation, division_code, contact_name, contact_phone, term_years, term_start, sort, can_approve_members, village_or_community'

function wrk(target, file, connections) {
  const text = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', join(here, 'post.lua'), target, '--', file], { encoding: 'utf8' })
  const [, requests, duration, p99] = /RESULT (\d+) (\d+) (\d+)/.exec(text).map(Number)
  if (/Non-2xx|^BAD/m.test(text)) throw new Error(text)
  return { rate: requests / (duration / 1e6), p99: p99 / 1000 }
}

function pgbench(script, connections) {
  const file = join(folder, 'script.sql')
  writeFileSync(file, script)
  const text = execFileSync('pgbench', ['-n', '-M', 'prepared', '-c', String(connections), '-j', '1', '-T', String(seconds), '-f', file, '-h', socket, '-U', 'zhibu_app', 'zhibu'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return Number(/tps = ([\d.]+)/.exec(text)[1])
}

function postgraphile(schema) {
  const child = spawn('node', [join(here, 'node_modules/.bin/postgraphile'), '-c', `postgres://zhibu_owner@/zhibu?host=${encodeURIComponent(socket)}`, '--schema', schema, '-p', String(peer), '--disable-graphiql', '--disable-query-log', '--skip-plugins', 'graphile-build:NodePlugin'], { stdio: 'ignore', env: { ...process.env, NODE_ENV: 'production' } })
  children.push(child)
  return child
}
async function answering(body) {
  for (let n = 0; n < 120; n += 1) {
    try {
      const answer = await fetch(`http://127.0.0.1:${peer}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const text = await answer.text()
      if (answer.ok && !text.includes('"errors"') && !text.includes(':null}}')) return
      throw new Error(text)
    } catch (fault) {
      if (n === 119) throw fault
      await new Promise((next) => setTimeout(next, 250))
    }
  }
}

async function main() {
  console.log(`${machine()}, ${wanted} tenants, ${new Date().toISOString().slice(0, 10)}\n`)
  console.log('| what | figure |\n|---|---|')
  const first = await serve(zhibu)
  say('first start, with initdb', `${(first.ms / 1000).toFixed(2)} s`)
  await stop(first.child)
  const { child, ms } = await serve(zhibu)
  say('cold start on an existing cluster (P12)', `${(ms / 1000).toFixed(2)} s`)
  say('resident memory, idle (P5)', `${resident(child.pid).toFixed(0)} MB`)

  const codes = issue(zhibu, wanted)
  const names = codes.map((_, n) => `bench${n}`)
  const times = []
  for (let n = 0; n < Math.min(7, wanted); n += 1) times.push(await activate(codes[n], names[n]))
  const plain = batch()
  say('activation until ready (P7)', `${median(times).toFixed(0)} ms, ${(median(times) / plain).toFixed(2)} × the same DDL as one psql batch (${plain.toFixed(0)} ms)`)
  for (let n = 7; n < wanted; n += 4) await Promise.all([0, 1, 2, 3].filter((k) => n + k < wanted).map((k) => activate(codes[n + k], names[n + k])))
  const schemas = psql("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants ORDER BY id").trim().split('\n')
  psql(schemas.map(fill).join('\n'))
  psql('ANALYZE')
  const started = performance.now()
  const cookies = []
  for (const name of names) cookies.push(await enter(name))
  say('first sign-ins (two hashes each)', `${(wanted / ((performance.now() - started) / 1000)).toFixed(1)} a second, one after the other`)

  const place = (schema) => psql(`SELECT id FROM ${schema}.organisations WHERE path = '001.030'`).trim()
  const ids = schemas.map(place)
  const bodies = {
    point: (n) => ({ query: QUERIES.point, variables: { id: ids[n] } }),
    list: () => ({ query: QUERIES.list }),
    mutation: () => ({ query: 'mutation { system { updateMyAccount(input: {displayName: "管理员甲"}) { id } } }' }),
  }
  const file = (kind, many) => {
    const path = join(folder, `${kind}-${many}.txt`)
    writeFileSync(path, cookies.slice(0, many).map((cookie, n) => `${cookie}\t${JSON.stringify(bodies[kind](n))}`).join('\n') + '\n')
    return path
  }
  const [schema, one] = [schemas[0], ids[0]]
  const list = (sql) => psql(`SET search_path TO ${schema}; SELECT string_agg(quote_literal(x), ',') FROM (${sql}) t(x)`).trim()
  const [fifty, holder] = [list('SELECT id::text FROM organisations ORDER BY path LIMIT 50'), list('SELECT id::text FROM accounts')]
  const start = (mode) => `BEGIN${mode};\nSET LOCAL ROLE ${schema};\nSET LOCAL search_path TO ${schema};\n`
  const read = start(' ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const scripts = {
    point: `${read}SELECT ${ROW} FROM organisations WHERE id = '${one}' AND true;\nCOMMIT;\n`,
    list: `${read}SELECT ${ROW} FROM organisations WHERE true ORDER BY path LIMIT 51;
SELECT id, org_type FROM organisations WHERE id IN (SELECT parent_id FROM organisations WHERE id IN (${fifty}));
SELECT account_id, role, organisation_id, since FROM role_assignments WHERE until IS NULL AND organisation_id IN (${fifty}) ORDER BY since, id;
SELECT id, user_name, display_name, mobile, password_state, state, locked_at, last_sign_in_at, password_changed_at, created_at FROM accounts WHERE id IN (${holder});
SELECT organisation_id, name, uscc, nature, party_presence FROM organisation_units WHERE organisation_id IN (${fifty}) ORDER BY organisation_id, position;
SELECT path, id, short_name FROM organisations WHERE path = '001';\nCOMMIT;\n`,
    mutation: `${start('')}SELECT epoch FROM sessions s JOIN accounts a ON a.id = s.account_id JOIN policy ON policy.id = 1 WHERE s.account_id = ${holder} AND ended_at IS NULL LIMIT 1;
SELECT id, user_name FROM accounts WHERE id = ${holder};
UPDATE accounts SET display_name = '管理员甲' WHERE id = ${holder};
INSERT INTO audit VALUES (gen_random_uuid(), now(), 'account', ${holder}, '管理员', '127.0.0.1', gen_random_uuid(), 'account.changed', 'account', ${holder}, '{}');
SELECT id, user_name FROM accounts WHERE id = ${holder};\nCOMMIT;\n`,
  }
  const peerBodies = {
    point: JSON.stringify({ query: `{ organisationById(id: "${one}") { id shortName orgType code } }` }),
    list: JSON.stringify({ query: '{ allOrganisations(first: 50, orderBy: PATH_ASC) { nodes { id shortName orgType code organisationByParentId { id shortName } organisationUnitsByOrganisationId { nodes { name nature } } } } }' }),
    mutation: JSON.stringify({ query: `mutation { updateAccountById(input: {id: ${holder.replaceAll("'", '"')}, accountPatch: {displayName: "管理员甲"}}) { account { id } } }` }),
  }
  const other = postgraphile(schema)
  await answering(peerBodies.point)
  for (const kind of ['point', 'list', 'mutation']) {
    await answering(peerBodies[kind])
    writeFileSync(join(folder, `peer-${kind}.txt`), `\t${peerBodies[kind]}\n`)
    const ours = [], limit = [], theirs = [], many = []
    for (let n = 0; n < rounds; n += 1) {
      ours.push(wrk(`${url}/graphql`, file(kind, 1), 8))
      limit.push(pgbench(scripts[kind], 8))
      theirs.push(wrk(`http://127.0.0.1:${peer}/graphql`, join(folder, `peer-${kind}.txt`), 8))
      many.push(wrk(`${url}/graphql`, file(kind, wanted), 8))
    }
    const [a, b, c, d] = [median(ours.map((r) => r.rate)), median(limit), median(theirs.map((r) => r.rate)), median(many.map((r) => r.rate))]
    say(`${kind}: of pgbench, same statements`, `${(a / b).toFixed(2)} (${a.toFixed(0)} of ${b.toFixed(0)} a second, p99 ${median(ours.map((r) => r.p99)).toFixed(1)} ms)`)
    say(`${kind}: × PostGraphile 4`, `${(a / c).toFixed(2)} (p99 ${(median(ours.map((r) => r.p99)) / median(theirs.map((r) => r.p99))).toFixed(2)} ×)`)
    say(`${kind}: ${wanted} tenants of one (P4)`, `${(d / a).toFixed(2)}`)
  }
  say('resident memory under load (P5)', `${resident(child.pid).toFixed(0)} MB, PostGraphile 4 ${resident(other.pid).toFixed(0)} MB`)
  other.kill()
  await stop(child)
}

await run(main)
