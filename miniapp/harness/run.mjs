// `npm run harness [case…]`: runs each case of harness/cases on each built mini-program, against the server at ZHIBU_URL.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { load } from './runtime.mjs'

const here = import.meta.dirname
const dist = join(here, '../dist')
const server = process.env.ZHIBU_URL ?? 'http://127.0.0.1:8080'
const targets = (process.env.TARGETS ?? 'weapp,alipay,dd').split(',')
const wanted = process.argv.slice(2)
const names = readdirSync(join(here, 'cases')).filter((name) => name.endsWith('.mjs') && (!wanted.length || wanted.includes(name.replace('.mjs', ''))))

/** Waits until `fits` gives something true, at most ten seconds. */
async function until(what, fits) {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const found = fits()
    if (found) return found
    await new Promise((go) => setTimeout(go, 50))
  }
  throw new Error(`没有等到：${what}`)
}

const check = (fine, words) => { if (!fine) throw new Error(words) }

/** What holds for every case: first setData within 64 KB, none above 256 KB, the answers of a screen within 30 KB. */
function budgets({ sets, requests }) {
  const firsts = new Map()
  for (const set of sets) {
    if (!firsts.has(set.path)) firsts.set(set.path, set.bytes)
    check(set.bytes <= 256 * 1024, `${set.path}: setData 有 ${set.bytes} 字节`)
  }
  for (const [path, bytes] of firsts) check(bytes <= 64 * 1024, `${path}: 首次 setData 有 ${bytes} 字节`)
  for (const { name, bytes } of requests) check(name !== 'MiniHome' || bytes <= 30 * 1024, `首页的回答有 ${bytes} 字节`)
}

let failed = 0
for (const target of targets) for (const name of names) {
  const { default: run, person, needs = [] } = await import(pathToFileURL(join(here, 'cases', name)).href)
  const missing = needs.filter((variable) => !process.env[variable])
  if (missing.length) {
    console.log(`跳过 ${target} ${name}：没有 ${missing.join('、')}`)
    continue
  }
  const mini = load(dist, target, { server, ...(await person?.(target, server)) })
  try {
    mini.start()
    await run({ mini, target, server, until, check })
    budgets(mini.seen)
    const largest = Math.max(0, ...mini.seen.sets.map(({ bytes }) => bytes))
    console.log(`通过 ${target} ${name}：${mini.seen.requests.length} 次请求，最大 setData ${largest} 字节`)
  } catch (cause) {
    failed += 1
    console.error(`失败 ${target} ${name}：${cause.stack}`)
    console.error(JSON.stringify({ requests: mini.seen.requests, routes: mini.seen.routes, toasts: mini.seen.toasts }))
  }
}
process.exit(failed ? 1 : 0)
