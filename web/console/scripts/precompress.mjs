// Puts a .br and a .gz beside every text file of dist, for the server to send as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = join(import.meta.dirname, '../dist')
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name)
  // index.html gets a fresh nonce in every response, so the server compresses it itself.
  if (!/\.(js|css|svg|json)$/.test(name) || name.startsWith('.vite') || statSync(path).size < 1024) continue
  const bytes = readFileSync(path)
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }))
}
