import type { MessageState, MessageWait, NoMessage, Words } from '@zhibu/api'

/** 短信的状态. */
export const messageStates: Words<MessageState> = {
  QUEUED: { label: '等待发送', tone: 'info' },
  SENDING: { label: '发送中', tone: 'info' },
  SENT: { label: '已发送', tone: 'ok' },
  DELIVERED: { label: '已送达', tone: 'ok' },
  FAILED: { label: '发送失败', tone: 'bad' },
  CANCELLED: { label: '已取消', tone: 'off' },
}

/** Why the rest waits. */
export const messageWaits: Words<MessageWait> = {
  QUIET: { label: '免打扰时段，早上自动发送' },
  QUOTA: { label: '本月短信已用完，有余量后自动发送' },
  CARRIER: { label: '运营商暂时没有答复，稍后自动重试' },
}

/** Why somebody gets none. */
export const noMessages: Words<NoMessage> = {
  NO_MOBILE: { label: '没有手机号' },
  DEPARTED: { label: '已移入历史库' },
}

/** Fen as people read money. */
export const yuan = (fen: number): string => `${(fen / 100).toFixed(2)} 元`
