import type { AnnouncementDeliveryState, AnnouncementRung } from '@zhibu/api'

export {
  aheadWords, announcementStates, deliveryStates, deliveryWord, ladderWords, minutesWords, occasions, ofMeetings, rungs, scheduleRepeats, scheduleWays, yuan,
} from '@zhibu/api/messaging-words'

/** The rungs, in the order in which they follow each other. */
export const ORDER: readonly AnnouncementRung[] = ['PUSH', 'SMS', 'VOICE']

/** States of what was sent, from good to open. */
export const STATES: readonly AnnouncementDeliveryState[] = ['DELIVERED', 'SENT', 'SENDING', 'QUEUED', 'FAILED', 'SKIPPED', 'CANCELLED']

/** What a rung is counted in. */
export const units: Record<AnnouncementRung, string> = { PUSH: '人', SMS: '条', VOICE: '次' }

/** A share in hundredths; nothing is a share of nothing, and only all of it is 100%. */
export function share(part: number, whole: number): string {
  if (whole <= 0) return '—'
  const tenths = Math.floor(Math.min(part, whole) * 1000 / whole)
  return `${(part > 0 ? Math.max(tenths, 1) : 0) / 10}%`
}

/** 元 that were typed, in fen. */
export const fenOf = (typed: number): number => Math.round(typed * 100)

/** How long a call was listened to. */
export const secondsWords = (seconds: number): string => (seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分${seconds % 60 > 0 ? ` ${seconds % 60} 秒` : '钟'}`)

const VIAS: Record<string, string> = { WECHAT: '微信', DINGTALK: '钉钉' }

/** The way of a message inside a platform; carriers have no name for people. */
export const viaWords = (via: string | null): string | null => (via === null ? null : VIAS[via] ?? null)
