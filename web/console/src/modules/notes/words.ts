import type { PledgeType, Words, WritingState } from '@zhibu/api'

/** 承诺类型 */
export const pledgeTypes: Words<PledgeType> = {
  ONE_LINE: { label: '一句话承诺', tone: 'info' },
  FULL: { label: '全方位承诺', tone: 'bad' },
}

/** Where a text stands. */
export const writingStates: Words<WritingState> = {
  DRAFT: { label: '草稿', tone: 'warn' },
  PUBLISHED: { label: '已发布', tone: 'ok' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
}
