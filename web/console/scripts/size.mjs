// Weighs the build (gzip) by Vite's manifest and fails above the budgets.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = join(import.meta.dirname, '../dist')
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const weigh = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length

/** Files that a manifest key brings along: itself, its static imports, their styles. */
function closure(key, files = new Set()) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return files
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
  for (const next of chunk.imports ?? []) closure(next, files)
  return files
}
const kilobytes = (files) => [...files].reduce((sum, file) => sum + weigh(file), 0) / 1024

const entry = closure('index.html')
const shell = new Set([...entry, ...closure('src/app/tenant-console.tsx')])
const list = new Set([...shell, ...closure('src/modules/system/users/page.tsx')])
const rows = [['entry', kilobytes(entry), 260], ['first list', kilobytes(list), 430]]
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue
  // Public pages and the consoles open on the entry; every other page opens inside a console that is already there.
  const before = /portal|console/.test(key) ? entry : shell
  rows.push([`lazy ${key}`, kilobytes([...closure(key)].filter((file) => !before.has(file))), 200])
}
for (const [name, size, budget] of rows) {
  if (size > budget) process.exitCode = 1
  console.log(`${size > budget ? 'OVER' : '  ok'} ${size.toFixed(1).padStart(7)} K of ${budget} K  ${name}`)
}
