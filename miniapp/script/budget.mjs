// Sizes and shape of what was built; fails with a sentence for each thing that is not as it must be.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = join(import.meta.dirname, '../dist')
const KB = 1024
const faults = []
const size = (path) => (statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0) : statSync(path).size)
const must = (fine, words) => { if (!fine) faults.push(words) }
/** What an `app.json` may not hold: it would ask people for more than this program needs, or is for development only. */
const FORBIDDEN = ['requiredBackgroundModes', 'plugins', 'debug', 'workers']
/** What it asks people for: where they are, at WeChat, to sign in at the place of a meeting; nothing else. */
const ASKED = { weapp: { permission: ['scope.userLocation'], requiredPrivateInfos: ['getLocation'] }, alipay: {}, dd: {} }
const MARKUP = { weapp: 'wxml', alipay: 'axml', dd: 'axml' }

for (const target of ['weapp', 'alipay', 'dd']) {
  const root = join(dist, target)
  if (!existsSync(join(root, 'app.json'))) { faults.push(`${target}: 没有构建`); continue }
  const app = JSON.parse(readFileSync(join(root, 'app.json'), 'utf8'))
  const packages = app.subPackages ?? app.subpackages ?? []
  const sub = packages.map(({ root: at }) => [at, size(join(root, at))])
  const main = size(root) - sub.reduce((sum, [, bytes]) => sum + bytes, 0)
  must(main <= 1200 * KB, `${target}: 主包 ${main} 字节，超过 1.2 MB`)
  for (const [at, bytes] of sub) must(bytes <= 1000 * KB, `${target}: 分包 ${at} ${bytes} 字节，超过 1 MB`)
  const pages = [...app.pages, ...packages.flatMap(({ root: at, pages: own }) => own.map((page) => `${at}/${page}`))]
  for (const page of pages) for (const ending of ['js', 'json', MARKUP[target]]) must(existsSync(join(root, `${page}.${ending}`)), `${target}: 页面 ${page} 缺少 .${ending}`)
  for (const key of FORBIDDEN) must(!(key in app), `${target}: app.json 不应有 ${key}`)
  for (const key of ['permission', 'requiredPrivateInfos']) {
    const given = Array.isArray(app[key]) ? app[key] : Object.keys(app[key] ?? {})
    must(JSON.stringify(given) === JSON.stringify(ASKED[target][key] ?? []), `${target}: app.json 的 ${key} 不应是 ${given.join('、')}`)
  }
  for (const item of app.tabBar.list ?? app.tabBar.items) for (const icon of [item.iconPath ?? item.icon, item.selectedIconPath ?? item.activeIcon]) must(existsSync(join(root, icon)), `${target}: 缺少图标 ${icon}`)
  console.log(`${target}: 主包 ${Math.round(main / KB)} KB，分包 ${sub.map(([at, bytes]) => `${at} ${Math.round(bytes / KB)} KB`).join('，')}，${pages.length} 页`)
}

const page = join(dist, 'h5/index.html')
if (!existsSync(page)) faults.push('h5: 没有构建')
else {
  const html = readFileSync(page, 'utf8')
  must(!/<script(?![^>]*\ssrc=)/.test(html), 'h5: index.html 里有内联脚本')
  const first = [...html.matchAll(/(?:src|href)="\/m\/([^"]+)"/g)].reduce((sum, [, path]) => sum + gzipSync(readFileSync(join(dist, 'h5', path))).length, 0)
  must(first <= 150 * KB, `h5: 首次加载 ${first} 字节（gzip），超过 150 KB`)
  console.log(`h5: 首次加载 ${Math.round(first / KB)} KB（gzip）`)
}

for (const fault of faults) console.error(fault)
process.exitCode = faults.length ? 1 : 0
