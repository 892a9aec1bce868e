// What a case about meetings does as their administrator, and how it walks to one of them.
import { dial } from './socket.mjs'
import { enter } from './enter.mjs'

/** `ZHIBU_MEETINGS` names running meetings with signing in open, `{"scan":{"weapp":…},"place":{…}}`; `ZHIBU_COOKIE` is their administrator's. */
export const needs = ['ZHIBU_EMULATOR', 'ZHIBU_MOBILE', 'ZHIBU_MEETINGS', 'ZHIBU_COOKIE']
const headers = { cookie: process.env.ZHIBU_COOKIE ?? '', 'x-zhibu-csrf': '1' }
export const meetingOf = (kind, target) => JSON.parse(process.env.ZHIBU_MEETINGS)[kind][target]

/** Something by the administrator. */
export async function asAdministrator(server, query, variables) {
  const reply = await fetch(`${server}/graphql`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
  const { data, errors } = await reply.json()
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

/** The text of the picture that the big screen shows now. */
export const pictureOf = (server, id) => new Promise((resolve, reject) => {
  const line = dial(`${server.replace(/^http/, 'ws')}/graphql`, {
    protocols: ['graphql-transport-ws'], headers,
    open: () => line.send(JSON.stringify({ type: 'connection_init' })),
    close: () => reject(new Error('签到大屏断开')),
    message(text) {
      const { type, payload } = JSON.parse(text)
      if (type === 'connection_ack') line.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription($id: ID!) { meetingScreen(id: $id) { code } }', variables: { id } } }))
      if (type !== 'next') return
      resolve(`${server}/m/#/pkg-meeting/sign/index?m=${id}&c=${encodeURIComponent(payload.data.meetingScreen.code)}`)
      line.close()
    },
  })
})

/** The page of an address that the program has gone to. */
export function gone(mini, part) {
  const found = mini.seen.routes.findLast(({ url }) => url.includes(part))
  if (!found) return null
  const [path, query = ''] = found.url.replace(/^\//, '').split('?')
  return { path, query: Object.fromEntries(new URLSearchParams(query)) }
}

/** Signs in, and goes from 我的组织生活 to the meeting of this kind; gives its open page. */
export async function walk({ mini, target, until }, kind) {
  await enter({ mini, target, until })
  const id = meetingOf(kind, target)
  const title = `${kind} ${target}`
  const mine = mini.open('pkg-meeting/mine/index')
  await until('三个标签', () => mini.text(mine).includes('已结束'))
  mini.tap(mine, '进行中')
  await until('会议', () => mini.text(mine).includes(title))
  mini.tap(mine, title)
  const at = await until('详情', () => gone(mini, 'pkg-meeting/detail'))
  if (at.query.id !== id) throw new Error(`打开的是另一个会议：${at.query.id}`)
  mini.close(mine)
  const detail = mini.open(at.path, at.query)
  await until('签到按钮', () => mini.text(detail).includes('扫码签到'))
  return { id, detail }
}
