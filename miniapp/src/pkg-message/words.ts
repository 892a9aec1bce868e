import type { MiniScheduleRowFragment, ScheduleWay } from '@zhibu/api/generated'
import { scheduleWays } from '@zhibu/api/messaging-words'

const WEEK = '日一二三四五六'

/** When a reminder is for: `11月27日（周五）09:05`, the year where it is not this one; of one that repeats, `每周五 09:05`. */
export function whenWords({ at, repeat }: Pick<MiniScheduleRowFragment, 'at' | 'repeat'>, now = Date.now()): string {
  const day = new Date(Date.parse(at) + 8 * 3_600_000)
  const [month, date, week, time] = [day.getUTCMonth() + 1, day.getUTCDate(), `周${WEEK[day.getUTCDay()]}`, day.toISOString().slice(11, 16)]
  if (repeat === 'DAILY') return `每天 ${time}`
  if (repeat === 'WEEKLY') return `每${week} ${time}`
  if (repeat === 'MONTHLY') return `每月${date}日 ${time}`
  if (repeat === 'YEARLY') return `每年${month}月${date}日 ${time}`
  const year = day.getUTCFullYear() === new Date(now + 8 * 3_600_000).getUTCFullYear() ? '' : `${day.getUTCFullYear()}年`
  return `${year}${month}月${date}日（${week}）${time}`
}

/** What a way of being reminded means, on a phone. */
export const wayHints: Record<ScheduleWay, string> = {
  APP: '到时不响铃，打开小程序，在“消息通知”里看到',
  PUSH: scheduleWays.PUSH.hint,
  SMS: '到时会收到一条短信',
  VOICE: '到时会有一个电话打到您登记的手机号，接听后播报内容。请留意接听。',
}

/** What the answer of WeChat says was agreed to. */
export const accepted = (templates: readonly string[], answer: Record<string, unknown>): string[] => templates.filter((one) => answer[one] === 'accept')

/** The templates to ask for: WeChat takes three at once, so those of which the fewest are left. */
export const asking = (consents: readonly { template: string; left: number }[]): string[] =>
  [...consents].sort((one, other) => one.left - other.left).slice(0, 3).map(({ template }) => template)
