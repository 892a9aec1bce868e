// Measures the release binary with many members: importing and exporting them (P9), statements a list needs (P13), and
// what requests cost beside a tenant with a thousand (P16).
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { measure, MODULES } from './lists.mjs'
import { activate, ask, copy, cpu, databaseCpu, enter, folder, forgetPeak, issue, machine, median, peak, psql, run, say, serve, sleep, stop, url as server } from './installation.mjs'

const [zhibu, roster, wanted, only] = [process.argv[2], process.argv[3], Number(process.argv[4]), process.argv[5]]
const few = 1000
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** What an import fills, with its rows: the tenant's tables, and the sign-in index of the platform. */
const TABLES = ['accounts', 'people', 'memberships', 'branch_assignments', 'role_assignments', 'audit', 'import_items']
const LOGINS = 'platform.logins'

const fill = (schema, branches) => `SET search_path TO ${schema};
INSERT INTO organisations (id, parent_id, path, depth, code, full_name, short_name, org_type, status, contact_name, created_at)
SELECT gen_random_uuid(), id, '001.' || to_char(n, 'fm000'), 2, '001' || to_char(n, 'fm000'), '中共基准第' || n || '总支部委员会', '第' || n || '党总支', 'general_branch', 'active', '王基准', now()
FROM organisations, generate_series(1, ${Math.ceil(branches / 50)}) n WHERE depth = 1;
INSERT INTO organisations (id, parent_id, path, depth, code, full_name, short_name, org_type, status, contact_name, created_at)
SELECT gen_random_uuid(), o.id, o.path || '.' || to_char((n - 1) % 50 + 1, 'fm000'), 3, o.code || to_char((n - 1) % 50 + 1, 'fm000'), '中共基准第' || n || '支部委员会', '第' || n || '党支部', 'branch', 'active', '王基准', now()
FROM generate_series(1, ${branches}) n JOIN organisations o ON o.path = '001.' || to_char((n - 1) / 50 + 1, 'fm000');
UPDATE organisations o SET child_count = c.n, last_child = c.n FROM (SELECT parent_id, count(*) n FROM organisations GROUP BY 1) c WHERE c.parent_id = o.id;
ANALYZE organisations;`

function workbook(rows, first) {
  const file = join(folder, `roster-${first}.xlsx`)
  execFileSync(roster, [file, String(rows), String(rows / 50), String(first)])
  return file
}

/** After work that kept this process from noticing that idle connections were closed. */
const awake = () => sleep(100)

/** Waits for an import or export to come to rest, and says how long that took, of which CPU. */
async function spent(pid, act) {
  const [from, ours, theirs] = [performance.now(), cpu(pid), databaseCpu()]
  await act()
  return { wall: (performance.now() - from) / 1000, ours: cpu(pid) - ours, theirs: databaseCpu() - theirs }
}
const told = (it) => [`${it.wall.toFixed(1)} s`, `${it.ours.toFixed(1)} s`, `${it.theirs.toFixed(1)} s`]

async function rest(id, cookie, state) {
  for (;;) {
    const { found } = await ask('query($id: ID!) { system { import(id: $id) { state badRows doneRows message faults { row column sentence } } } }', { id }, cookie)
    const now = found.system.import
    if (now.state === state) return now
    if (['REFUSED', 'FAILED', 'CHECKED'].includes(now.state)) throw new Error(JSON.stringify(now))
    await sleep(200)
  }
}

async function imported(pid, file, cookie) {
  await awake()
  const bytes = readFileSync(file)
  const { found } = await ask('mutation($n: Int!) { system { requestImport(input: {template: "member", fileName: "roster.xlsx", size: $n}) { id url } } }', { n: bytes.length }, cookie)
  const { id, url } = found.system.requestImport
  const upload = await spent(pid, async () => {
    const put = await fetch(new URL(url, server), { method: 'PUT', body: bytes, headers: { 'content-type': SHEET } })
    if (!put.ok) throw new Error(await put.text())
  })
  const check = await spent(pid, async () => {
    await ask('mutation($id: ID!) { system { checkImport(id: $id) { id } } }', { id }, cookie)
    const seen = await rest(id, cookie, 'CHECKED')
    if (seen.badRows > 0) throw new Error(JSON.stringify(seen.faults.slice(0, 3)))
  })
  const apply = await spent(pid, async () => {
    await ask('mutation($id: ID!) { system { confirmImport(id: $id, partial: false) { id } } }', { id }, cookie)
    await rest(id, cookie, 'DONE')
  })
  return { upload, check, apply }
}

const COLUMNS = ['name', 'idNumber', 'sex', 'birthDate', 'age', 'ethnicity', 'educationLevel', 'branch', 'group', 'posts', 'memberType', 'joinDate', 'partyAge', 'workPost', 'mobile', 'status', 'floating']
async function exported(pid, cookie) {
  await awake()
  return await spent(pid, async () => {
    const { found } = await ask('mutation($c: [String!]!) { system { requestExport(input: {kind: "member", columns: $c, reason: "基准测量"}) { id } } }', { c: COLUMNS }, cookie)
    for (;;) {
      const { found: list } = await ask('{ system { exports(first: 1) { nodes { id state rowCount message } } } }', {}, cookie)
      const now = list.system.exports.nodes[0]
      if (now.id === found.system.requestExport.id && now.state === 'DONE') return
      if (now.state === 'FAILED') throw new Error(JSON.stringify(now))
      await sleep(20)
    }
  })
}

/** COPY of the rows an import left behind into tables of the same form, with every index and constraint. */
function copied(schema, indexesLast) {
  const tenant = schema.slice(2).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
  const tables = [...TABLES.map((table) => [`${schema}.${table}`, table]), [LOGINS, 'logins']]
  const keys = (table) => psql(`SELECT string_agg(format('ALTER TABLE bench.%I ADD CONSTRAINT %I %s', '${table}', conname, replace(pg_get_constraintdef(oid), 'REFERENCES ', 'REFERENCES ')), ';')
    FROM pg_constraint WHERE contype = 'f' AND conrelid = '${schema}.${table}'::regclass`).trim()
  psql(`DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench; CREATE TABLE bench.organisations AS SELECT * FROM ${schema}.organisations;
    ALTER TABLE bench.organisations ADD PRIMARY KEY (id); CREATE TABLE bench.imports AS SELECT * FROM ${schema}.imports; ALTER TABLE bench.imports ADD PRIMARY KEY (id)`)
  const indexes = []
  for (const [from, table] of tables) {
    copy(table === 'logins' ? `(SELECT * FROM ${from} WHERE tenant_id = '${tenant}') TO STDOUT` : `${from} TO STDOUT`, join(folder, table))
    psql(`CREATE TABLE bench.${table} (LIKE ${from} INCLUDING ALL EXCLUDING INDEXES)`)
    const made = psql(`SELECT coalesce(string_agg(replace(pg_get_indexdef(indexrelid), ' ON ${from} ', ' ON bench.${table} '), ';'), '') FROM pg_index WHERE indrelid = '${from}'::regclass`).trim()
    // Foreign keys of the original find their tables by the search path.
    const foreign = table === 'logins' ? '' : keys(table).replaceAll(`${schema}.`, 'bench.')
    indexes.push(`${made}; ${foreign}`)
  }
  const index = () => psql(indexes.join(';'))
  if (!indexesLast) index()
  const [from, theirs] = [performance.now(), databaseCpu()]
  for (const [, table] of tables) copy(`bench.${table} FROM STDIN`, join(folder, table))
  if (indexesLast) index()
  const took = { wall: (performance.now() - from) / 1000, theirs: databaseCpu() - theirs }
  psql('DROP SCHEMA bench CASCADE')
  return took
}

const NODES = 'nodes { id name sex birthDate memberType joinDate mobile branch { shortName } posts { post organisation { shortName } } }'
const list = (words, more = '') => ({ query: `{ directory { members(${words}) { ${more} ${NODES} pageInfo { hasNextPage endCursor } } } }` })
/** The requests of the console's pages; what stands where depends on the tenant, so some are made for it. */
function requests(branch) {
  return {
    'list of 50 by name': list('first: 50'),
    'the same with the total': list('first: 50', 'totalCount'),
    'list of 50 by joining date': list('first: 50, sort: JOIN_DATE'),
    'members of one branch, with the total': list(`first: 50, filter: {under: "${branch}"}`, 'totalCount'),
    'search by whole pinyin': list('first: 50, filter: {search: "wanganan"}'),
    'frequent surname, with the total': list('first: 50, filter: {search: "王"}', 'totalCount'),
    'one sex, with the total': list('first: 50, filter: {sex: "2"}', 'totalCount'),
    'three conditions, with the total': list('first: 50, filter: {sex: "2", ethnicities: ["03"], bornFrom: "1980-01-01"}', 'totalCount'),
    'floating, with the total': list('first: 50, filter: {floating: true}', 'totalCount'),
    'page 10 by number': list('first: 50, offset: 450'),
    'home page': { query: '{ directory { overview { organisations kinds { key count } members { total formal probationary women floating ages { key count } branches { key count } growth { month added left total } } attention { kind count } } } }' },
  }
}

async function grown(pid, small, large) {
  const [rounds, times] = [5, 40]
  const names = Object.keys(small.requests)
  for (const name of names) {
    const walls = [[], []], costs = [[], []]
    for (const who of [small, large, small, large, small, large]) await ask(who.requests[name].query, {}, who.cookie)
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, who] of [small, large].entries()) {
        const before = cpu(pid) + databaseCpu()
        for (let n = 0; n < times; n += 1) {
          const from = performance.now()
          await ask(who.requests[name].query, {}, who.cookie)
          walls[at].push(performance.now() - from)
        }
        costs[at].push((cpu(pid) + databaseCpu() - before) / times * 1000)
      }
    }
    const [a, b] = walls.map(median), [c, d] = costs.map(median)
    say(name, a.toFixed(1), b.toFixed(1), `${(b / a).toFixed(2)} ×`, c.toFixed(1), d.toFixed(1), `${(d / c).toFixed(2)} ×`)
  }
  const [far, last] = [large.far, wanted - 50].map((offset) => list(`first: 50, offset: ${offset}`))
  for (const [name, it] of [[`page ${large.far / 50} by number`, far], ['the last page by number', last]]) {
    const walls = []
    let answer = ''
    for (let n = 0; n < 10 && !answer; n += 1) {
      const from = performance.now()
      await ask(it.query, {}, large.cookie).catch((fault) => { answer = fault.message })
      walls.push(performance.now() - from)
    }
    say(name, '', answer ? 'refused' : median(walls).toFixed(1), '', '', '', '')
  }
}

/** Statements under a tenant's role that a list of so many rows needs; the least of several tries. */
async function statements(schema, cookie, first) {
  const count = () => Number(psql(`SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE userid = '${schema}'::regrole`))
  let least = Infinity
  for (let n = 0; n < 5; n += 1) {
    const before = count()
    await awake()
    const { found } = await ask(list(`first: ${first}`, 'totalCount').query, {}, cookie)
    if (found.directory.members.nodes.length !== first) throw new Error('a short list')
    least = Math.min(least, count() - before)
  }
  return least
}

async function main() {
  console.log(`${machine()}, ${wanted} members beside a tenant with ${few}, ${new Date().toISOString().slice(0, 10)}\n`)
  const first = await serve(zhibu)
  psql("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
  await stop(first.child)
  const { child } = await serve(zhibu)
  psql('CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public')
  const tenants = []
  for (const [name, rows] of [['small', few], ['large', wanted]]) {
    await activate(issue(zhibu, 1, '--seats', String(rows + 1000), ...MODULES.flatMap((module) => ['--module', module]))[0], name)
    const schema = psql("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants ORDER BY id DESC LIMIT 1").trim()
    psql(fill(schema, rows / 50))
    tenants.push({ schema, rows, cookie: await enter(name) })
  }
  const [small, large] = tenants
  const files = [workbook(few, 500_000), workbook(wanted, 0)]
  await imported(child.pid, files[0], small.cookie)
  if (only === 'lists') {
    await imported(child.pid, files[1], large.cookie)
    await measure(child.pid, small, large)
    return await stop(child)
  }

  console.log('| import and export | wall | CPU of the server | CPU of the database |\n|---|---|---|---|')
  const before = peak(child.pid)
  forgetPeak(child.pid)
  const settled = peak(child.pid)
  psql('SELECT pg_stat_statements_reset()')
  const took = await imported(child.pid, files[1], large.cookie)
  const top = psql("SELECT round(total_exec_time::numeric) || ' ms, ' || calls || ' calls: ' || left(regexp_replace(query, '\\s+', ' ', 'g'), 90) FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 12").trim()
  say(`upload of ${(statSync(files[1]).size / 2 ** 20).toFixed(0)} MB`, ...told(took.upload))
  say('looked through, with all checks', ...told(took.check))
  say('written', ...told(took.apply))
  const memory = peak(child.pid) - settled
  const copies = [0, 1, 2].map(() => [copied(large.schema, false), copied(large.schema, true)])
  const [indexed, plain] = [0, 1].map((at) => copies.map((pair) => pair[at]).sort((a, b) => a.wall - b.wall)[1])
  say('COPY of the same rows into tables with indexes and foreign keys', `${indexed.wall.toFixed(1)} s`, '', `${indexed.theirs.toFixed(1)} s`)
  say('COPY, then indexes and foreign keys', `${plain.wall.toFixed(1)} s`, '', `${plain.theirs.toFixed(1)} s`)
  const whole = took.upload.wall + took.check.wall + took.apply.wall
  say('import: × COPY with indexes (P9, at most 3)', `${(whole / indexed.wall).toFixed(2)} ×`, `written alone ${(took.apply.wall / indexed.wall).toFixed(2)} ×`, `× COPY, then indexes: ${(whole / plain.wall).toFixed(2)}`)
  say('import: peak memory (P9, at most +150 MB)', `+${memory.toFixed(0)} MB`, `${before.toFixed(0)} MB peak before`, '')
  await exported(child.pid, large.cookie)
  forgetPeak(child.pid)
  const level = peak(child.pid)
  const out = await exported(child.pid, large.cookie)
  say(`export, ${COLUMNS.length} columns`, ...told(out))
  say('export: rows a second of CPU (P9, at least 50,000)', (wanted / (out.ours + out.theirs)).toFixed(0), `${(wanted / out.ours).toFixed(0)} of the server alone`, '')
  say('export: peak memory (P9, at most +50 MB)', `+${(peak(child.pid) - level).toFixed(0)} MB`, '', '')
  console.log(`\nWhat the import's statements cost:\n\n${top}\n`)

  const budget = (took.upload.ours + took.upload.theirs + took.check.ours + took.check.theirs + took.apply.ours + took.apply.theirs)
  console.log(`CPU of the import, server and database together: ${(budget / indexed.theirs).toFixed(2)} × that of COPY with indexes\n`)
  const [five, fifty] = [await statements(large.schema, large.cookie, 5), await statements(large.schema, large.cookie, 50)]
  console.log(`Statements of a list of 5 and of 50 (P13): ${five} and ${fifty}\n`)

  console.log(`| request | ms, ${few} members | ms, ${wanted} members | ratio | CPU ms | CPU ms | ratio |\n|---|---|---|---|---|---|---|`)
  // Autovacuum has its say before, not in the middle.
  psql(tenants.map(({ schema }) => ['organisations', ...TABLES].map((table) => `VACUUM ANALYZE ${schema}.${table};`).join('\n')).join('\n'))
  await awake()
  for (const who of tenants) who.requests = requests(psql(`SELECT id FROM ${who.schema}.organisations WHERE short_name = '第7党支部'`).trim())
  large.far = Math.min(50_000, wanted / 2)
  await grown(child.pid, small, large)
  console.log('')
  await measure(child.pid, small, large)
  await stop(child)
}

await run(main)
