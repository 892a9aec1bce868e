import { SplashDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Page } from '../../../kit/page'
import { QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { PictureCard } from '../backgrounds/picture-card'
import { PICTURES } from '../backgrounds/use-picture'

/** 启动页设置: what the mini-program shows for three seconds when it is opened. */
export default function SplashPage() {
  const shown = useQuery({ queryKey: [PICTURES, 'splash'], queryFn: async ({ signal }) => ({ now: (await ask(SplashDocument, {}, signal)).system.splash }) })
  return (
    <Page title="启动页设置" menu="system.splash" hint="小程序打开时停留展示 3 秒。上传后立即生效；图片会按显示大小压缩，原文件不保留。">
      <QueryBoundary query={shown}>
        {({ now }) => <PictureCard slot="SPLASH" title="启动页" frame="splash" add="+ portal 封面" shown={now} hint="单张不超过 200M，支持 .jpg .jpeg .png 格式，推荐上传 750×1334 分辨率。" />}
      </QueryBoundary>
    </Page>
  )
}
