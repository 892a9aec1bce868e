// Measures the release binary in a meeting with many: phones that follow by a socket, sign in, vote, and the big screen.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { activate, ask, cpu, databaseCpu, enter, folder, issue, machine, peak, psql, resident, run, say, serve, sleep, stop, url } from './installation.mjs'

const [zhibu, roster, people] = [process.argv[2], process.argv[3], Number(process.argv[4])]
const MINUTE = 60_000
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const { hostname, port } = new URL(url)
/** What the mini-program asks, with its own documents. */
const PHONE = readFileSync(fileURLToPath(new URL('../miniapp/src/pkg-meeting/mini-meeting.graphql', import.meta.url)), 'utf8')
const parts = PHONE.split(/^(?=fragment |query |mutation |subscription )/m)
/** An operation of the phone's with the fragments it needs. */
function operation(name) {
  const needed = new Set([parts.find((part) => new RegExp(`^\\w+ ${name}\\(`).test(part))])
  for (const part of needed) for (const [, wanted] of part.matchAll(/\.\.\.(\w+)/g)) needed.add(parts.find((one) => one.startsWith(`fragment ${wanted} on`)))
  return [...needed].join('')
}
const [BALLOTS, SIGN, CAST, LIVE] = ['MiniBallots', 'MiniMeetingSignIn', 'MiniCastVote', 'MiniMeetingLive'].map(operation)
const SCREEN = `subscription($id: ID!) { meetingScreen(id: $id) { title organisation state signOpen code codeUntil should attended late onLeave
  latest { person { id name } at late way } votes { id version title options most secret rule state should roll voted counts quorum passed elected openedAt endedAt endedBy } at } }`

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
/** A request of a phone: how long it took, and what came. */
function post(query, variables, cookie) {
  const body = JSON.stringify({ query, variables })
  const from = performance.now()
  return new Promise((done) => {
    const request = http.request({ hostname, port, path: '/graphql', method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-zhibu-csrf': '1', cookie } }, (answer) => {
      const pieces = []
      answer.on('data', (piece) => pieces.push(piece))
      answer.on('end', () => {
        const text = Buffer.concat(pieces).toString()
        const cookies = answer.headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ')
        const good = answer.statusCode === 200 && !text.includes('"errors"')
        done({ ms: performance.now() - from, good, text, cookies })
      })
    })
    request.on('error', (fault) => done({ ms: performance.now() - from, good: false, text: String(fault) }))
    request.end(body)
  })
}

/** A graphql-transport-ws socket over plain TCP: as little work on this side as possible, since both share the machine. */
function follow(query, variables, cookie, hear) {
  return new Promise((done, fail) => {
    const socket = net.connect(Number(port), hostname)
    const mask = Buffer.alloc(4)
    const send = (message) => {
      const text = Buffer.from(JSON.stringify(message))
      const head = text.length < 126 ? Buffer.from([0x81, 0x80 | text.length]) : Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255])
      socket.write(Buffer.concat([head, mask, text]))
    }
    socket.write(`GET /graphql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nX-Zhibu-Csrf: 1\r\nCookie: ${cookie}\r\n\r\n`)
    let [buffer, open] = [Buffer.alloc(0), false]
    socket.on('data', (piece) => {
      buffer = buffer.length ? Buffer.concat([buffer, piece]) : piece
      if (!open) {
        const end = buffer.indexOf('\r\n\r\n')
        if (end < 0) return
        if (!buffer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) return fail(new Error(buffer.toString().slice(0, 200)))
        buffer = buffer.subarray(end + 4)
        open = true
        send({ type: 'connection_init' })
      }
      for (;;) {
        if (buffer.length < 2) return
        let [length, at] = [buffer[1] & 127, 2]
        if (length === 126) { if (buffer.length < 4) return; [length, at] = [buffer.readUInt16BE(2), 4] }
        else if (length === 127) { if (buffer.length < 10) return; [length, at] = [Number(buffer.readBigUInt64BE(2)), 10] }
        if (buffer.length < at + length) return
        const [kind, data] = [buffer[0] & 15, buffer.subarray(at, at + length)]
        buffer = buffer.subarray(at + length)
        if (kind === 9) { socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | data.length]), mask, data])); continue }
        if (kind !== 1) continue
        const message = JSON.parse(data.toString())
        if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query, variables } })
        else if (message.type === 'ping') send({ type: 'pong' })
        else if (message.type === 'next') { hear(message.payload, length); done(socket) }
        else return fail(new Error(data.toString().slice(0, 300)))
      }
    })
    socket.on('error', fail)
  })
}

const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))]
const three = (list) => `p50 ${at(list, 0.5).toFixed(0)} ms, p99 ${at(list, 0.99).toFixed(0)} ms, last ${at(list, 1).toFixed(0)} ms`

/** What both have had of the CPU meanwhile. */
async function spent(pid, act) {
  const [from, ours, theirs] = [performance.now(), cpu(pid), databaseCpu()]
  const result = await act()
  return { result, wall: (performance.now() - from) / 1000, ours: cpu(pid) - ours, theirs: databaseCpu() - theirs }
}
const costs = ({ ours, theirs }) => `${ours.toFixed(1)} s of the server, ${theirs.toFixed(1)} s of the database`

/** Has everybody do something, so many at once. */
async function each(list, many, act) {
  let next = 0
  const one = async () => { while (next < list.length) { const n = next; next += 1; await act(list[n], n) } }
  await Promise.all([...Array(many)].map(one))
}

/** Has everybody do something, spread evenly over a minute whatever becomes of the others. */
async function spread(list, act) {
  const from = performance.now()
  return await Promise.all(list.map(async (one, n) => {
    await sleep(from + n * MINUTE / list.length - performance.now())
    return await act(one, n)
  }))
}

/** A branch with so many members, whose accounts all have the administrator's password. */
async function branch() {
  await activate(issue(zhibu, 1, '--seats', String(people + 100), '--module', 'meeting')[0], 'live')
  const schema = psql("SELECT 't_' || replace(id::text, '-', '') FROM platform.tenants ORDER BY id DESC LIMIT 1").trim()
  psql(`SET search_path TO ${schema};
INSERT INTO organisations (id, parent_id, path, depth, code, full_name, short_name, org_type, status, contact_name, created_at)
SELECT gen_random_uuid(), id, '001.001', 2, '001001', '中共基准第1支部委员会', '第1党支部', 'branch', 'active', '王基准', now() FROM organisations WHERE depth = 1;
UPDATE organisations SET child_count = 1, last_child = 1 WHERE depth = 1;`)
  const cookie = await enter('live')
  const file = join(folder, 'roster.xlsx')
  execFileSync(roster, [file, String(people), '1', '0'])
  const bytes = readFileSync(file)
  await sleep(100)
  const { found } = await ask('mutation($n: Int!) { system { requestImport(input: {template: "member", fileName: "roster.xlsx", size: $n}) { id url } } }', { n: bytes.length }, cookie)
  const { id, url: put } = found.system.requestImport
  await fetch(new URL(put, url), { method: 'PUT', body: bytes, headers: { 'content-type': SHEET } })
  const rest = async (state) => {
    for (;;) {
      const now = (await ask('query($id: ID!) { system { import(id: $id) { state message faults { row column sentence } } } }', { id }, cookie)).found.system.import
      if (now.state === state) return
      if (['REFUSED', 'FAILED'].includes(now.state)) throw new Error(JSON.stringify(now))
      await sleep(100)
    }
  }
  await ask('mutation($id: ID!) { system { checkImport(id: $id) { id } } }', { id }, cookie)
  await rest('CHECKED')
  await ask('mutation($id: ID!) { system { confirmImport(id: $id, partial: false) { id } } }', { id }, cookie)
  await rest('DONE')
  psql(`SET search_path TO ${schema}; UPDATE accounts SET password_state = 'set', password_expires_at = NULL, password_changed_at = now(),
    password_hash = (SELECT password_hash FROM accounts WHERE user_name = 'live') WHERE user_name <> 'live';
    UPDATE memberships SET floating = false; ANALYZE`)
  const names = psql(`SELECT user_name FROM ${schema}.accounts WHERE user_name <> 'live' ORDER BY id`).trim().split('\n')
  const organisation = psql(`SELECT id FROM ${schema}.organisations WHERE depth = 2`).trim()
  return { schema, cookie, names, organisation }
}

async function main() {
  console.log(`${machine()}, ${people} people in one meeting, ${new Date().toISOString().slice(0, 10)}\n\n| what | figure |\n|---|---|`)
  const { child } = await serve(zhibu)
  const { pid } = child
  const { schema, cookie, names, organisation } = await branch()
  const act = async (query, variables) => (await ask(query, variables, cookie)).found.meeting.it
  const step = (name, id) => act(`mutation($id: ID!) { meeting { it: ${name}(id: $id) { meeting { id state } votes { id state voted counts } } } }`, { id })

  const phones = names.map((name) => ({ name, cookie: '', socket: null, news: [] }))
  const entered = await spent(pid, () => each(phones, 16, async (phone) => {
    const answer = await post('mutation($n: String!, $p: String!) { system { signIn(input: {userName: $n, password: $p}) { __typename } } }', { n: phone.name, p: 'Bench-2026-x' }, '')
    if (!answer.good) throw new Error(answer.text)
    phone.cookie = answer.cookies
  }))
  say('signing in to the product, 16 at once', `${(people / entered.wall).toFixed(0)} a second; ${costs(entered)}`)

  const hour = (n) => new Date(Date.now() + n * 3_600_000).toISOString()
  const form = { organisation, types: ['branch_assembly'], title: '党员大会', mode: 'OFFLINE', startsAt: hour(0), endsAt: hour(3), place: '大礼堂', agenda: '一、学习\n二、表决', attend: 'MEMBERS', lateMinutes: 30 }
  const planned = await spent(pid, () => act('mutation($i: MeetingInput!) { meeting { it: save(input: $i, publish: true) { meeting { id should } } } }', { i: form }))
  const { id, should } = planned.result.meeting
  if (should !== people) throw new Error(`${should} on the list`)
  say('a meeting with all of them is planned', `${(planned.wall * 1000).toFixed(0)} ms`)
  await step('start', id)
  await step('openSignIn', id)

  const idle = resident(pid)
  const joined = await spent(pid, () => each(phones, 64, async (phone) => {
    phone.socket = await follow(LIVE, { id }, phone.cookie, (payload) => phone.news.push([performance.now(), payload.data.meetingLive]))
  }))
  say('sockets are open and follow the meeting', `${joined.wall.toFixed(1)} s; ${costs(joined)}; resident ${idle.toFixed(0)} MB before, ${resident(pid).toFixed(0)} MB with them`)
  const still = await spent(pid, () => sleep(10_000))
  say('nothing happens, a second', `${(still.ours / still.wall * 1000).toFixed(0)} ms of CPU of the server, ${(still.theirs / still.wall * 1000).toFixed(0)} ms of the database`)

  const screen = { now: null, frames: 0, bytes: 0, largest: 0 }
  await follow(SCREEN, { id }, cookie, ({ data }, length) => {
    screen.now = data.meetingScreen
    screen.frames += 1
    screen.bytes += length
    screen.largest = Math.max(screen.largest, length)
  })
  const signed = await spent(pid, () => spread(phones, async (phone) => await post(SIGN, { id, code: screen.now.code }, phone.cookie)))
  const faults = (list) => { const bad = list.filter((one) => !one.good); return bad.length ? `${bad.length} refused, as ${bad[0].text.slice(0, 200)}` : 'none refused' }
  say('all sign in within a minute by the code', `${three(signed.result.map((one) => one.ms))}; ${faults(signed.result)}; ${costs(signed)}`)
  const shown = performance.now()
  while (screen.now.attended < people && performance.now() - shown < 10_000) await sleep(5)
  say('the screen shows the last of them', `${screen.now.attended} there, ${(performance.now() - shown).toFixed(0)} ms after the last answer; ${screen.frames} messages of ${(screen.bytes / screen.frames / 1024).toFixed(1)} KB, the largest ${(screen.largest / 1024).toFixed(1)} KB`)
  const asked = []
  for (let n = 0; n < 20; n += 1) asked.push((await post('query($id: ID!) { meeting { meeting(id: $id) { meeting { id should attended late onLeave } quorate } } }', { id }, cookie)).ms)
  say('the meeting\'s numbers, asked alone', `p50 ${at(asked, 0.5).toFixed(1)} ms`)

  for (const [secret, words] of [[false, 'named'], [true, 'secret']]) {
    const vote = { title: `表决（${words}）`, secret, rule: 'RESOLUTION', options: [], most: 1 }
    const { votes } = await act('mutation($m: ID!, $i: MeetingVoteInput!) { meeting { it: prepareVote(meeting: $m, input: $i) { votes { id title } } } }', { m: id, i: vote })
    const own = votes.find(({ title }) => title === vote.title).id
    await sleep(2_000)
    for (const phone of phones) phone.news = []
    // The phone that hears of it asks for the ballot, as the mini-program does.
    const ballots = []
    const opened = await spent(pid, async () => {
      const from = performance.now()
      await step('startVote', own)
      const answered = performance.now() - from
      const told = []
      await each(phones, phones.length, async (phone) => {
        const open = () => phone.news.find(([, live]) => live.votes.some((one) => one.id === own && one.state === 'OPEN'))
        while (!open() && performance.now() - from < 60_000) await sleep(2)
        told.push(open()[0] - from)
        const answer = await post(BALLOTS, { id }, phone.cookie)
        if (!answer.good || !answer.text.includes('"mayVote":true')) throw new Error(answer.text.slice(0, 300))
        ballots.push(performance.now() - from)
      })
      return { answered, told }
    })
    say(`a ${words} vote opens: everybody has been told of it`, `${three(opened.result.told)}, after the administrator's press, which took ${opened.result.answered.toFixed(0)} ms`)
    say('the same, and has the ballot', `${three(ballots)}; ${costs(opened)}`)
    const cast = await spent(pid, () => spread(phones, async (phone, n) => await post(CAST, { id: own, choices: [n % 3] }, phone.cookie)))
    say(`all cast a ${words} ballot within a minute`, `${three(cast.result.map((one) => one.ms))}; ${faults(cast.result)}; ${costs(cast)}`)
    const ended = await spent(pid, async () => {
      for (const phone of phones) phone.news = []
      const from = performance.now()
      const { votes: all } = await step('endVote', own)
      const answered = performance.now() - from
      const told = []
      await each(phones, phones.length, async (phone) => {
        const over = () => phone.news.find(([, live]) => live.votes.some((one) => one.id === own && one.state === 'ENDED'))
        while (!over() && performance.now() - from < 60_000) await sleep(2)
        told.push(over()[0] - from)
      })
      const { voted, counts } = all.find((one) => one.id === own)
      if (voted !== people || counts.reduce((sum, count) => sum + count, 0) !== people) throw new Error(`${voted} of ${people}: ${counts}`)
      return { answered, told, counts }
    })
    say(`the ${words} vote ends: ${ended.result.counts.join(' : ')}`, `counted in ${ended.result.answered.toFixed(0)} ms; told ${three(ended.result.told)}`)
  }
  // The harder half: everybody at the same moment.
  const { votes } = await act('mutation($m: ID!, $i: MeetingVoteInput!) { meeting { it: prepareVote(meeting: $m, input: $i) { votes { id title } } } }', { m: id, i: { title: '同时表决', secret: true, rule: 'RESOLUTION', options: [], most: 1 } })
  const rush = votes.find(({ title }) => title === '同时表决').id
  await step('startVote', rush)
  await sleep(3_000)
  const rushed = await spent(pid, () => Promise.all(phones.map((phone, n) => post(CAST, { id: rush, choices: [n % 3] }, phone.cookie))))
  say('all cast a secret ballot at the same moment', `${three(rushed.result.map((one) => one.ms))}; ${faults(rushed.result)}; ${costs(rushed)}`)
  const over = (await step('endVote', rush)).votes.find((one) => one.id === rush)
  say('and it comes out', `${over.voted} votes, ${over.counts.join(' : ')}`)
  say('the server at the end', `resident ${resident(pid).toFixed(0)} MB, at most ${peak(pid).toFixed(0)} MB; rows of the audit: ${psql(`SELECT count(*) FROM ${schema}.audit WHERE action LIKE 'meeting.%'`).trim()}`)
  await stop(child)
}

await run(main)
