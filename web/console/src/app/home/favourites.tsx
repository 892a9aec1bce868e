import { FavouritesDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { EmptyState, Loading, QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import type { MenuNode } from '../menu'
import { Shortcuts } from '../shortcuts'
import { FAVOURITES, firstChoice } from './favourite-keys'

const FavouritesForm = lazy(() => import('./favourites-form'))

/** 常用入口: the pages somebody has chosen, or the first ones they may see. */
export function Favourites({ pages }: { pages: MenuNode[] }) {
  const [open, setOpen] = useState(false)
  const query = useQuery({ queryKey: FAVOURITES, queryFn: async ({ signal }) => (await ask(FavouritesDocument, {}, signal)).system.favourites, staleTime: Infinity })
  const close = () => setOpen(false)
  return (
    <Section title="常用入口" extra={pages.length > 0 && query.data && <Button type="link" onClick={() => setOpen(true)}>设置常用入口</Button>}>
      {pages.length === 0
        ? <EmptyState text="您的账号尚未开通功能菜单，请联系管理员" />
        : <QueryBoundary query={query}>{(keys) => <Shortcuts pages={firstChoice(keys, pages)} />}</QueryBoundary>}
      <DetailDrawer open={open} title="设置常用入口" onClose={close} size={480}>
        <Suspense fallback={<Loading />}><FavouritesForm pages={pages} chosen={query.data ?? []} onClose={close} /></Suspense>
      </DetailDrawer>
    </Section>
  )
}
