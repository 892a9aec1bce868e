import Taro from '@tarojs/taro'
import type { PictureSlot } from '@zhibu/api/generated'
import { isWeb } from '@/platform'
import { keep, recall } from './storage'

/** A link of the server as a whole address. */
export const whole = (url: string): string => (/^https?:/.test(url) ? url : `${ZHIBU_SERVER}${url}`)

type Kept = Partial<Record<PictureSlot, string>>

/** A picture that this phone keeps: shown at the start and at the sign-in, where nobody may ask the server for it. */
export const picture = (slot: PictureSlot): string | null => recall<Kept>('pictures')?.[slot] ?? null

/** Keeps the pictures that are shown before anybody is signed in; links end soon, so the files are kept. */
export async function keepPictures(pictures: { slot: PictureSlot; narrowUrl: string }[]): Promise<void> {
  const next: Kept = {}
  for (const { slot, narrowUrl } of pictures) {
    if (slot !== 'SPLASH' && slot !== 'MINI_LOGIN') continue
    const kept = await download(whole(narrowUrl)).catch(() => null)
    if (kept) next[slot] = kept
  }
  keep('pictures', next)
}

async function download(url: string): Promise<string> {
  if (isWeb) return dataUrl(await (await fetch(url)).blob())
  const { tempFilePath } = await Taro.downloadFile({ url })
  const saved = (await Taro.saveFile({ tempFilePath })) as { savedFilePath: string }
  return saved.savedFilePath
}

const dataUrl = (blob: Blob): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => resolve(String(reader.result))
  reader.onerror = () => reject(reader.error ?? new Error('图片无法读取'))
  reader.readAsDataURL(blob)
})
