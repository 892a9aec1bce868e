import { BackgroundsDocument, type PictureSlot } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Page } from '../../../kit/page'
import { QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { OwnLink } from './own-link'
import { PictureCard } from './picture-card'
import type { Frame } from './preview'
import { PICTURES } from './use-picture'

const PLACES: { slot: PictureSlot; title: string; frame: Frame; hint: string }[] = [
  { slot: 'PC_LOGIN', title: 'PC端登录页', frame: 'screen', hint: '推荐 1920×1080，铺满登录页。' },
  { slot: 'PC_HOME', title: 'PC端首页', frame: 'home', hint: '推荐 1920×1080，淡化后显示在首页内容的后面。' },
  { slot: 'MINI_LOGIN', title: '小程序登录页', frame: 'phone', hint: '推荐 750×1334，铺满小程序登录页。' },
  { slot: 'MINI_HOME', title: '小程序首页', frame: 'phone', hint: '推荐 750×1334，显示在小程序首页内容的后面。' },
  { slot: 'NEWS', title: '资讯页', frame: 'phone', hint: '推荐 750×1334，显示在小程序资讯页内容的后面。' },
]

/** 背景图设置: the five places where the tenant shows a background of its own. */
export default function BackgroundsPage() {
  const shown = useQuery({ queryKey: [PICTURES, 'backgrounds'], queryFn: async ({ signal }) => (await ask(BackgroundsDocument, {}, signal)).system.backgrounds })
  return (
    <Page title="背景图设置" menu="system.backgrounds" hint="单张不超过 200M，支持 .jpg .jpeg .png 格式。上传后立即生效；图片会按显示大小压缩，原文件不保留。">
      <QueryBoundary query={shown}>
        {(all) => PLACES.map((place) => (
          <PictureCard key={place.slot} {...place} shown={all.find(({ slot }) => slot === place.slot) ?? null}>
            {place.slot === 'PC_LOGIN' && <OwnLink />}
          </PictureCard>
        ))}
      </QueryBoundary>
    </Page>
  )
}
