import { OrderMiniMenusDocument, SetMiniMenuDocument, type MiniGroup, type MiniMenuFieldsFragment } from '@zhibu/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { ask } from '../../../net/ask'
import { errorSentence } from '../../../net/errors'

/** A menu of the mini-program with its settings. */
export type Menu = MiniMenuFieldsFragment

/** The query of all of them. */
export const MINI_MENUS = ['mini-menus']

/** A change, the words that tell it, and the change that takes it back. */
interface Step { run: () => Promise<Menu[]>; words: string; back: (() => void) | null; of?: string; expected?: (now: Menu[]) => Menu[] }

/** What the page can do. */
export type MiniMenus = ReturnType<typeof useMiniMenus>

const set = async (key: string, label: string, on: boolean) => (await ask(SetMiniMenuDocument, { key, label, on })).system.setMiniMenu
const order = async (group: MiniGroup, keys: string[]) => (await ask(OrderMiniMenusDocument, { group, keys })).system.orderMiniMenus

/** Changes menus one after the other; the message of success offers to take the change back. */
export function useMiniMenus() {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const work = useMutation({
    scope: { id: 'mini-menus' },
    mutationFn: (step: Step) => step.run(),
    onMutate: ({ expected }) => {
      if (expected) queries.setQueryData<Menu[]>(MINI_MENUS, (now) => now && expected(now))
    },
    onSuccess: (menus, { words, back }) => {
      queries.setQueryData(MINI_MENUS, menus)
      const undo = () => { message.destroy('mini-menus'); back?.() }
      void message.success({ key: 'mini-menus', duration: 8, content: <>{words} {back && <Button type="link" size="small" onClick={undo}>撤销</Button>}</> })
    },
    onError: (cause) => {
      void queries.invalidateQueries({ queryKey: MINI_MENUS })
      void message.error(errorSentence(cause), 6)
    },
  })
  const sorted = (group: MiniGroup, keys: string[]) => (now: Menu[]): Menu[] => {
    const mine = keys.flatMap((key) => now.filter((menu) => menu.key === key))
    const others = now.filter((menu) => menu.group !== group)
    return group === 'PERSONAL' ? [...mine, ...others] : [...others, ...mine]
  }
  const changed = (menu: Menu, label: string, on: boolean) => {
    if (menu.on !== on) return `“${menu.label}”已${on ? '打开' : '关闭'}`
    return `“${menu.label}”已改名为“${label || menu.usualLabel}”`
  }
  return {
    busy: work.isPending ? work.variables.of ?? null : null,
    set: (menu: Menu, label: string, on: boolean) => work.mutate({
      of: menu.key, run: () => set(menu.key, label, on), words: changed(menu, label, on),
      back: () => work.mutate({ of: menu.key, run: () => set(menu.key, menu.label, menu.on), words: '已撤销', back: null }),
    }),
    order: (group: MiniGroup, keys: string[], before: string[]) => work.mutate({
      run: () => order(group, keys), words: '顺序已调整', expected: sorted(group, keys),
      back: () => work.mutate({ run: () => order(group, before), words: '已撤销', back: null, expected: sorted(group, before) }),
    }),
  }
}
