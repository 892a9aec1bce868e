import type { FeedbackKind, FeedbackState, Words } from '@zhibu/api'

/** 反馈类型. */
export const feedbackKinds: Words<FeedbackKind> = {
  SUGGESTION: { label: '功能建议' },
  PROBLEM: { label: '问题反馈' },
  COMPLAINT: { label: '投诉' },
  OTHER: { label: '其他' },
}

/** Where feedback stands. */
export const feedbackStates: Words<FeedbackState> = {
  OPEN: { label: '待处理', tone: 'warn' },
  ANSWERED: { label: '已答复', tone: 'ok' },
  CLOSED: { label: '已关闭' },
}
