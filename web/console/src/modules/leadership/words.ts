import type { ElectionAct, ElectionKind, ElectionPaper, ElectionState, TermAttention, TermLevel, Words } from '@zhibu/api'

/** 换届类型, and what each is for. */
export const kinds: Words<ElectionKind> & Record<ElectionKind, { hint: string }> = {
  GENERAL: { label: '换届选举', hint: '本届任期届满，选举新一届班子；新的任期从选举大会之日算起' },
  EARLY: { label: '提前换届', hint: '须报上级批准，最早在届满前一年' },
  POSTPONED: { label: '延期换届', hint: '须报上级批准，最多延期一年；批复后届满日期顺延' },
  BY_ELECTION: { label: '补选', hint: '届中补选空缺的职务，任期到本届届满' },
  MID_TERM: { label: '届中调整', hint: '届中调整班子成员，可同时结束部分成员的职务' },
  APPOINTMENT: { label: '上级任命', hint: '由上级党组织任命，不召开选举大会；批复后即任职' },
}

/** How far an election is. */
export const states: Words<ElectionState> = {
  DRAFT: { label: '草稿', tone: 'off' },
  REQUESTED: { label: '已请示', tone: 'info' },
  REPLIED: { label: '上级已批复', tone: 'info' },
  HELD: { label: '已选举', tone: 'info' },
  REPORTED: { label: '已报告结果', tone: 'warn' },
  CONFIRMED: { label: '已办结', tone: 'ok' },
  REFUSED: { label: '未批准', tone: 'bad' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
}

/** 预警级别. */
export const levels: Words<TermLevel> = {
  BLUE: { label: '蓝色', tone: 'info' },
  YELLOW: { label: '黄色', tone: 'warn' },
  RED: { label: '红色', tone: 'bad' },
}

/** What is the matter with a term. */
export const attentions: Words<TermAttention> = {
  OVER: { label: '已届满', tone: 'bad' },
  SOON: { label: '一个月内届满', tone: 'warn' },
  ENDING: { label: '半年内届满', tone: 'info' },
  VACANT: { label: '书记空缺', tone: 'warn' },
  ELECTING: { label: '换届办理中', tone: 'info' },
  UNSET: { label: '未登记任期', tone: 'off' },
}

/** Papers, in the order in which they come. */
export const papers: Record<ElectionPaper, string> = {
  REQUEST: '换届请示', REPLY: '上级批复', BALLOT: '选举办法和计票材料', REPORT: '选举结果报告', RESULT_REPLY: '选举结果批复', OTHER: '其他材料',
}

/** Buttons of the steps. */
export const acts: Record<ElectionAct, string> = {
  EDIT: '修改', REQUEST: '上报请示', APPROVE: '批复同意', REFUSE: '不予批准', HOLD: '登记选举结果', REPORT: '报告选举结果', CONFIRM: '批准选举结果', WITHDRAW: '撤回',
}

/** Why somebody is not counted. */
export const excuses = [
  { value: 'CANNOT_EXPRESS', label: '患病不能表达本人意志' }, { value: 'ABROAD', label: '出国半年以上' }, { value: 'SERVING', label: '正在服刑' },
  { value: 'BEDRIDDEN', label: '卧床不起、生活不能自理' }, { value: 'AWAY', label: '外出半年以上、应转未转组织关系' },
] as const

/** Why a post ends within a term. */
export const endReasons = [
  { value: 'resigned', label: '辞职' }, { value: 'transferred', label: '调离' }, { value: 'removed', label: '免职' },
  { value: 'dismissed_by_discipline', label: '撤销职务' }, { value: 'deceased', label: '去世' },
]
