import type {
  AnnouncementDeliveryState, AnnouncementOccasion, AnnouncementRung, AnnouncementState, ScheduleRepeat, ScheduleWay,
} from './generated'
import type { Words } from './words'

/** 通知层级: how somebody is told after the message inside the system, in the order in which they follow each other. */
export const rungs: Words<AnnouncementRung> & Record<AnnouncementRung, { hint: string }> = {
  PUSH: { label: '平台消息', hint: '微信订阅消息、钉钉工作通知，不收费' },
  SMS: { label: '短信', hint: '按条计费，长短信按多条计费' },
  VOICE: { label: '语音电话', hint: '拨打电话并播报，按次计费' },
}

/** 场合 */
export const occasions: Words<AnnouncementOccasion> & Record<AnnouncementOccasion, { hint: string }> = {
  ANNOUNCEMENT: { label: '通知公告', hint: '管理员发布的通知，发布时可以调整' },
  MEETING_PUBLISHED: { label: '会议通知', hint: '会议发布时，通知应到人员' },
  MEETING_CHANGED: { label: '会议变更', hint: '时间、地点等改变时，通知应到人员' },
  MEETING_CANCELLED: { label: '会议取消', hint: '会议取消时，通知应到人员' },
  MEETING_SOON: { label: '会议提醒', hint: '会议开始之前，提醒应到人员' },
  MEETING_LEAVE: { label: '请假结果', hint: '请假审批之后，通知请假人' },
  SCHEDULE: { label: '日程提醒', hint: '本人设置的日程到时提醒' },
}

/** Occasions whose subject is a meeting. */
export const ofMeetings = (occasion: AnnouncementOccasion): boolean => occasion.startsWith('MEETING_')

/** 通知状态 */
export const announcementStates: Words<AnnouncementState> = {
  SENT: { label: '已发布', tone: 'ok' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
}

/** 送达状态 */
export const deliveryStates: Words<AnnouncementDeliveryState> = {
  QUEUED: { label: '待发送', tone: 'info' },
  SENDING: { label: '发送中', tone: 'info' },
  SENT: { label: '已发送', tone: 'ok' },
  DELIVERED: { label: '已送达', tone: 'ok' },
  FAILED: { label: '失败', tone: 'bad' },
  SKIPPED: { label: '未发送', tone: 'warn' },
  CANCELLED: { label: '已取消', tone: 'off' },
}

/** Of a call the same states are told otherwise. */
const CALLS: Partial<Record<AnnouncementDeliveryState, string>> = { QUEUED: '待拨打', SENDING: '拨打中', SENT: '已拨打', DELIVERED: '已接听', FAILED: '未接通', SKIPPED: '未拨打' }

/** 送达状态, as one says it of this rung. */
export const deliveryWord = (rung: AnnouncementRung, state: AnnouncementDeliveryState): string =>
  (rung === 'VOICE' ? CALLS[state] : undefined) ?? deliveryStates[state].label

/** 提醒方式 */
export const scheduleWays: Words<ScheduleWay> & Record<ScheduleWay, { hint: string }> = {
  APP: { label: '系统消息', hint: '登录后在“我的消息”中看到' },
  PUSH: { label: '平台消息', hint: '微信或钉钉会提醒您' },
  SMS: { label: '短信', hint: '会收到一条短信' },
  VOICE: { label: '语音电话', hint: '到时会接到电话，接听后播报内容' },
}

/** 重复 */
export const scheduleRepeats: Words<ScheduleRepeat> = {
  NEVER: { label: '不重复' }, DAILY: { label: '每天' }, WEEKLY: { label: '每周' }, MONTHLY: { label: '每月' }, YEARLY: { label: '每年' },
}


const HOUR = 60
const DAY = 1440

/** Minutes as people say them: 30 分钟, 2 小时, 1 天 12 小时. */
export function minutesWords(minutes: number): string {
  const parts = [
    { count: Math.floor(minutes / DAY), unit: '天' },
    { count: Math.floor(minutes % DAY / HOUR), unit: '小时' },
    { count: minutes % HOUR, unit: '分钟' },
  ].filter(({ count }) => count > 0)
  return parts.length > 0 ? parts.map(({ count, unit }) => `${count} ${unit}`).join(' ') : '0 分钟'
}

/** 提醒时间: how long before. */
export const aheadWords = (minutes: number): string => (minutes === 0 ? '准时' : `提前 ${minutesWords(minutes)}`)

const VERBS: Record<AnnouncementRung, string> = { PUSH: '发平台消息', SMS: '发短信', VOICE: '打语音电话' }

/** A ladder in one sentence, for whoever has not read the notice. */
export function ladderWords(ladder: readonly { rung: AnnouncementRung; afterMinutes: number }[]): string {
  if (ladder.length === 0) return '只发系统消息'
  return ['系统消息', ...ladder.map(({ rung, afterMinutes }) => `${afterMinutes === 0 ? '立即' : `${minutesWords(afterMinutes)}后仍未读，`}${VERBS[rung]}`)].join(' → ')
}

/** Fen as people read money. */
export const yuan = (fen: number): string => `${fen < 0 ? '-' : ''}${Math.floor(Math.abs(fen) / 100).toLocaleString('en-US')}.${String(Math.abs(fen) % 100).padStart(2, '0')} 元`
