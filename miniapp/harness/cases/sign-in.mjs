import { enter } from '../enter.mjs'

export { needs, person } from '../enter.mjs'

/** M-0.1 to M-0.3, M-1.8: signs in, binds by the platform's number, sees the menus, writes a study note and finds it in the list. */
export default async function signIn({ mini, target, until, check }) {
  await enter({ mini, target, until })

  const home = mini.open('pages/home/index')
  await until('菜单', () => mini.text(home).includes('学习心得'))
  check(mini.seen.requests.filter(({ name }) => name === 'MiniHome').every(({ authorised }) => authorised), '首页没有带令牌')
  mini.close(home)

  const title = `守好安全线 ${target}`
  const write = mini.open('pkg-study/write/index', { kind: 'note' })
  await until('表单', () => mini.text(write).includes('存为草稿'))
  mini.type(write, '标题', title)
  mini.type(write, '正文', '通过认真学习，我深刻认识到全心全意为人民服务不是一句口号。')
  await until('草稿', () => [...mini.storage.values()].some((text) => String(text).includes(title)))
  mini.tap(write, '存为草稿')
  await until('存好', () => mini.seen.toasts.includes('已存草稿'))
  mini.close(write)

  const list = mini.open('pkg-study/list/index', { kind: 'note', mine: '1' })
  await until('列表', () => mini.text(list).includes(title))
}
