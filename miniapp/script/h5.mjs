// Serves dist/h5 under /m as the server does, with its policy, and hands the rest on to ZHIBU_URL: `node script/h5.mjs 8090`.
import { createReadStream, existsSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { extname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '../dist/h5')
const upstream = new URL(process.env.ZHIBU_URL ?? 'http://127.0.0.1:8080')
const types = { '.js': 'text/javascript', '.css': 'text/css', '.png': 'image/png', '.html': 'text/html; charset=utf-8', '.svg': 'image/svg+xml' }
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'"

createServer((asked, answer) => {
  const path = normalize(new URL(asked.url, 'http://local').pathname)
  if (path === '/m') return answer.writeHead(308, { location: '/m/' }).end()
  if (path.startsWith('/m/')) {
    const file = join(root, extname(path) ? path.slice(3) : 'index.html')
    if (!existsSync(file)) return answer.writeHead(404).end()
    answer.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy })
    return createReadStream(file).pipe(answer)
  }
  const onward = request(new URL(asked.url, upstream), { method: asked.method, headers: asked.headers }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers)
    reply.pipe(answer)
  })
  onward.on('error', () => answer.writeHead(502).end())
  asked.pipe(onward)
}).listen(Number(process.argv[2] ?? 8090), '127.0.0.1', function () { console.log(`http://127.0.0.1:${this.address().port}/m/`) })
