// The lists of organisation work at the size of a county: with as many rows as there are members, in the console's own
// documents; how long the first page takes (median and 99th percentile) and how many statements it needs.
import { readFileSync } from 'node:fs'
import { ask, cpu, databaseCpu, median, psql, say, sleep } from './installation.mjs'

export const MODULES = ['mobility', 'development', 'leadership', 'pledge', 'study_note', 'contribution']

const persisted = Object.values(JSON.parse(readFileSync(new URL('../web/api/persisted.json', import.meta.url), 'utf8')))
const documentOf = (name) => persisted.find((text) => new RegExp(`query ${name}\\b`).test(text))

/** One transfer, case, pledge, study note and contribution for each member, a flow for every second, a lost member for every twentieth. */
const seed = (schema) => `SET search_path TO ${schema};
CREATE TEMP TABLE m AS SELECT p.*, b.organisation_id AS branch, row_number() OVER (ORDER BY p.id) AS n
  FROM people p JOIN memberships s ON s.person_id = p.id AND s.until IS NULL JOIN branch_assignments b ON b.membership_id = s.id AND b.until IS NULL;
CREATE TEMP TABLE o AS SELECT id, short_name, row_number() OVER (ORDER BY path) - 1 AS n, count(*) OVER () AS many FROM organisations WHERE org_type = 'branch';
INSERT INTO transfers (id, kind, status, side, waits_at, person_id, name, search, id_index, mobile_index, from_id, from_name, to_id, to_name, source_id, target_id, reason, created_at, updated_at, closed_at)
SELECT gen_random_uuid(), 'internal', CASE WHEN m.n % 30 = 0 THEN 'target_review' ELSE 'accepted' END, CASE WHEN m.n % 30 = 0 THEN 'target_committee' END, CASE WHEN m.n % 30 = 0 THEN r.id END,
  m.id, m.name, m.search, m.id_index, m.mobile_index, f.id, f.short_name, t.id, t.short_name, r.id, r.id, 'job', now() - m.n * interval '1 minute', now(), CASE WHEN m.n % 30 <> 0 THEN now() END
FROM m JOIN o f ON f.id = m.branch JOIN o t ON t.n = (f.n + 1) % f.many, (SELECT id FROM organisations WHERE depth = 1) r;
INSERT INTO flows (id, kind, status, person_id, name, search, id_number, id_index, mobile, mobile_index, organisation_id, other_name, direction, reason, started_on, contacted_on, created_at, updated_at, closed_at)
SELECT gen_random_uuid(), 'out', CASE WHEN n % 10 = 0 THEN 'active' ELSE 'returned' END, id, name, search, id_number, id_index, mobile, mobile_index, branch, '流入地党支部', 'other_province', 'work',
  current_date - (n % 700)::int, current_date - (n % 300)::int, now(), now(), CASE WHEN n % 10 <> 0 THEN now() END FROM m WHERE n % 2 = 0;
INSERT INTO lost_cases (id, person_id, name, search, organisation_id, state, lost_on, reason, created_at, updated_at, closed_at)
SELECT gen_random_uuid(), id, name, search, branch, CASE WHEN n % 100 = 0 THEN 'open' ELSE 'found' END, current_date - (n % 700)::int, '多次联系无果', now(), now(), CASE WHEN n % 100 <> 0 THEN now() END FROM m WHERE n % 20 = 0;
INSERT INTO development_cases (id, organisation_id, name, pinyin, search, id_number, id_index, sex, birth_date, ethnicity, education_level, work_post, mobile, mobile_index, outcome, stage, step, standing, side, due, turns_on, created_at, updated_at, closed_at)
SELECT gen_random_uuid(), branch, name, pinyin, search, id_number, id_index, sex, birth_date, ethnicity, education_level, work_post, mobile, mobile_index,
  CASE WHEN n % 4 = 0 THEN 'in_progress' ELSE 'converted' END, CASE WHEN n % 4 = 0 THEN 1 + n % 3 ELSE 5 END, CASE WHEN n % 4 = 0 THEN (ARRAY[2, 6, 10])[1 + n % 3] END,
  CASE WHEN n % 4 = 0 THEN 'applicant' ELSE 'member:formal' END, CASE WHEN n % 4 = 0 THEN 'branch' END, CASE WHEN n % 4 = 0 THEN current_date + (n % 365)::int - 30 ELSE '9999-12-31' END, '9999-12-31', now(), now(), CASE WHEN n % 4 <> 0 THEN now() END FROM m;
INSERT INTO pledges (id, person_id, organisation_id, account_id, kind, year, title, grams, body, length, state, published_at, created_at, updated_at)
SELECT gen_random_uuid(), id, branch, account_id, 'full', 2026, '我的承诺', '{我的,的承,承诺}', repeat('立足岗位，服务群众。', 60), 600, 'published', now() - n * interval '1 minute', now(), now() FROM m;
INSERT INTO study_notes (id, person_id, organisation_id, account_id, bands, title, grams, body, length, state, published_at, created_at, updated_at)
SELECT gen_random_uuid(), id, branch, account_id, ARRAY[n, n + 1, n + 2, n + 3], '学习心得', '{学习,习心,心得}', repeat('学思践悟，知行合一。', 80), 800, 'published', now() - n * interval '1 minute', now(), now() FROM m;
INSERT INTO contributions (id, person_id, organisation_id, kind, served_on, minutes, body, account_name, created_at, updated_at)
SELECT gen_random_uuid(), id, branch, 'volunteer', current_date - (n % 365)::int, 60 + n % 120, '参加社区志愿服务', '基准', now(), now() FROM m;
UPDATE organisations SET term_years = 3, term_start = current_date - 600 - (hashtext(code) & 511) WHERE org_type = 'branch';
${['transfers', 'flows', 'lost_cases', 'development_cases', 'pledges', 'study_notes', 'contributions', 'organisations'].map((table) => `VACUUM ANALYZE ${schema}.${table};`).join('\n')}`

/** Name, document, and its variables for a tenant of which `branch` is an ordinary branch. */
const lists = (branch) => [
  ['transfers', 'Transfers', {}], ['transfers that wait', 'Transfers', { filter: { waiting: true } }], ['transfers of one branch', 'Transfers', { filter: { under: branch } }],
  ['transfers by name', 'Transfers', { filter: { search: '王' } }],
  ['floating members', 'Flows', {}], ['floating members without contact', 'Flows', { filter: { silentDays: 180 } }], ['flows of the past', 'Flows', { filter: { closed: true } }],
  ['lost members', 'LostCases', {}],
  ['development cases', 'DevelopmentCases', {}], ['cases of the past', 'DevelopmentCases', { filter: { closed: true } }], ['cases of one stage', 'DevelopmentCases', { filter: { stage: 2 } }],
  ['cases of one branch', 'DevelopmentCases', { filter: { under: branch } }], ['overdue cases', 'DevelopmentCases', { filter: { overdue: true } }],
  ['probationary members without a case', 'UnfiledMembers', {}], ['plans of a year', 'DevelopmentQuotas', { year: 2026 }],
  ['terms', 'Terms', {}], ['terms that end soon', 'Terms', { filter: { attention: 'ENDING' } }],
  ['pledges', 'Pledges', {}], ['pledges of one year', 'Pledges', { filter: { year: 2026 } }],
  ['study notes', 'StudyNotes', {}], ['study notes by title', 'StudyNotes', { filter: { search: '心得' } }],
  ['contributions', 'Contributions', {}], ['contributions of one branch', 'Contributions', { filter: { under: branch } }],
  ['members with gaps', 'Members', { filter: { incomplete: true }, sort: 'NAME' }],
]

/** Statements under a tenant's role that one asking needs; the least of several. */
async function statements(schema, act) {
  const count = () => Number(psql(`SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE userid = '${schema}'::regrole`))
  let least = Infinity
  for (let n = 0; n < 3; n += 1) {
    const before = count()
    await sleep(100)
    await act()
    least = Math.min(least, count() - before)
  }
  return least
}

/** Measures every list in both tenants, in turns. */
export async function measure(pid, small, large) {
  for (const { schema } of [small, large]) psql(seed(schema))
  await sleep(100)
  for (const who of [small, large]) who.lists = lists(psql(`SELECT id FROM ${who.schema}.organisations WHERE short_name = '第7党支部'`).trim())
  console.log(`| list of 50 with its total | ms, ${small.rows} | ms, ${large.rows} | 99th | CPU ms | statements for 5 | for 50 |\n|---|---|---|---|---|---|---|`)
  const times = 200
  for (const [at, [name, document]] of large.lists.entries()) {
    const query = documentOf(document)
    const once = (who, first) => ask(query, { ...who.lists[at][2], first, offset: 0 }, who.cookie)
    const walls = new Map([[small, []], [large, []]])
    for (const who of [small, large, small, large]) await once(who, 50)
    for (let n = 0; n < times; n += 1) {
      for (const who of [small, large]) {
        const from = performance.now()
        await once(who, 50)
        walls.get(who).push(performance.now() - from)
      }
    }
    const before = cpu(pid) + databaseCpu()
    for (let n = 0; n < 40; n += 1) await once(large, 50)
    const cost = (cpu(pid) + databaseCpu() - before) / 40 * 1000
    const worst = [...walls.get(large)].sort((a, b) => a - b)[Math.floor(times * 0.99)]
    const [five, fifty] = [await statements(large.schema, () => once(large, 5)), await statements(large.schema, () => once(large, 50))]
    say(name, median(walls.get(small)).toFixed(1), median(walls.get(large)).toFixed(1), worst.toFixed(1), cost.toFixed(1), five, fifty)
  }
}
