import { enter, needs as ours } from '../enter.mjs'

/** `ZHIBU_MESSAGES=1` says that each platform has an unread message to the member, `消息 weapp` and so on. */
export const needs = [...ours, 'ZHIBU_MESSAGES']
export { person } from '../enter.mjs'

/** M-1.15, M-9.7: the unread are counted on the tiles, one is read and counts no more; WeChat, and only WeChat, is asked for consent. */
export default async function messages({ mini, target, until, check }) {
  await enter({ mini, target, until })
  const title = `消息 ${target}`
  const home = mini.open('pages/home/index')
  const unread = await until('未读数', () => /(\d+) 条未读/.exec(mini.text(home))?.[1])
  mini.close(home)

  const list = mini.open('pkg-message/messages/index')
  await until('消息', () => mini.text(list).includes(title))
  if (target === 'weapp') {
    await until('微信提醒', () => mini.text(list).includes('现在收不到微信提醒'))
    check(!mini.calls.includes('requestSubscribeMessage'), '没有点按钮就询问了')
    mini.consent = 'reject'
    mini.tap(list, '接收微信提醒')
    await until('没有同意', () => mini.seen.toasts.some((words) => words.includes('没有同意')))
    check(!mini.seen.requests.some(({ name }) => name === 'MiniConsent'), '没有同意却记上了')
    mini.consent = 'accept'
    mini.tap(list, '接收微信提醒')
    await until('记上一条', () => mini.text(list).includes('还可以收到 1 条微信提醒'))
  } else {
    check(!mini.text(list).includes('微信提醒') && !mini.calls.includes('requestSubscribeMessage'), '不是微信，不应询问')
  }
  mini.tap(list, title)
  const { url } = await until('打开', () => mini.seen.routes.find(({ url }) => url.includes('pkg-message/message/index')))
  const id = new URLSearchParams(url.split('?')[1]).get('id')
  const one = mini.open('pkg-message/message/index', { id })
  await until('全文', () => mini.text(one).includes(`给 ${target} 的全文`))
  await until('已读', () => mini.seen.requests.some(({ name, status }) => name === 'MiniReadMessages' && status === 200))
  mini.close(one)
  list.onShow?.()
  await until('不再未读', () => !mini.text(list).includes(title))
  check(!mini.text(list).includes(`未读（${unread}）`), '未读数没有减少')
}
