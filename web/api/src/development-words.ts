import type { DevelopmentEvent, DevelopmentOutcome, DevelopmentQuotaRule, DevelopmentSide, DevelopmentStanding as Standing, VoteRule } from './generated'
import type { Words } from './words'

/** The form of a case as PDF. */
export const FORM = { kind: 'development_form', title: '发展党员全程纪实表', forms: true }

/** 身份 on the way into the Party. */
export const standings: Words<Standing> = {
  MASS: { label: '群众', tone: 'off' },
  APPLICANT: { label: '入党申请人', tone: 'info' },
  ACTIVIST: { label: '入党积极分子', tone: 'info' },
  CANDIDATE: { label: '发展对象', tone: 'warn' },
  PROBATIONARY: { label: '预备党员', tone: 'warn' },
  FORMAL: { label: '正式党员', tone: 'bad' },
}

/** How a case stands. */
export const outcomes: Words<DevelopmentOutcome> = {
  IN_PROGRESS: { label: '进行中', tone: 'info' },
  SUSPENDED: { label: '暂缓', tone: 'off' },
  CONVERTED: { label: '按期转正', tone: 'ok' },
  EXTENDED: { label: '延长预备期', tone: 'warn' },
  CANCELLED: { label: '取消预备党员资格', tone: 'bad' },
  REJECTED: { label: '未通过', tone: 'bad' },
  WITHDRAWN: { label: '本人撤回', tone: 'off' },
  MOVED: { label: '随单位变动转出', tone: 'off' },
  ENDED: { label: '终止', tone: 'off' },
}

/** At which side a case waits. */
export const sides: Words<DevelopmentSide> = {
  PERSON: { label: '本人' },
  BRANCH: { label: '党支部' },
  COMMITTEE: { label: '上级党委' },
}

/** What may be recorded beside the steps: the button, and what the note is about. */
export const events: Record<DevelopmentEvent, { label: string; note: string; danger?: true; hint?: string }> = {
  SUBMIT: { label: '登记报送上级', note: '报送说明（可不填）', hint: '支部大会决议须在 3 个月内报上级党委；超过 3 个月须重新表决，超过 6 个月决议作废。' },
  OBSERVE: { label: '登记考察记录', note: '考察情况', hint: '入党积极分子每半年至少考察一次，确定为发展对象前至少有 2 次记录。' },
  HOLD: { label: '暂缓', note: '暂缓原因', hint: '暂缓期间各项时限停止计算，恢复后继续。' },
  RESUME: { label: '恢复', note: '恢复说明' },
  EXTEND_REVIEW: { label: '延长审批时间', note: '特殊情况说明', hint: '审批时间最长可延长至报送后 6 个月，只能延长一次。' },
  POSTPONE: { label: '推迟讨论转正', note: '推迟原因', hint: '预备期内转入的党员，讨论转正最多推迟 6 个月；转正时间仍从预备期满之日算起。' },
  TRANSFER: { label: '组织关系已转移', note: '转移说明', hint: '请先在“党员信息”中变更所在党支部，再登记此项，发展档案随之转到新的党支部。' },
  UNIT_CHANGE: { label: '转出本单位', note: '转往何处', danger: true, hint: '档案将结束并保留，由接收单位继续办理；在本单位内转移请用“转到其他党支部”。' },
  WITHDRAW: { label: '本人撤回申请', note: '撤回情况（须本人书面提出）', danger: true, hint: '档案将结束并保留，不能恢复。' },
  DISCIPLINE_SERIOUS: { label: '取消预备党员资格', note: '违纪事实和决定', danger: true, hint: '该预备党员将移入党员历史库，不能恢复。' },
  NOT_RECOGNISED: { label: '不予承认预备党员身份', note: '审核情况、批准的县级以上党委和文号', danger: true, hint: '转入后审核入党材料，不符合规定的，报县级以上党委批准后不予承认。该同志将移入党员历史库，档案结束。' },
  CLOSE: { label: '终止发展', note: '终止原因', danger: true, hint: '用于本人去世、失去联系等不能继续发展的情形。档案将结束并保留备查，不能再办理。' },
  ENDED: { label: '党员身份终止', note: '说明' },
  RESTORED: { label: '从党员历史库还原', note: '说明' },
  REPLACE: { label: '更换培养联系人或入党介绍人', note: '更换原因' },
  RELOCATE: { label: '转到其他党支部', note: '转移原因', hint: '已完成的步骤和培养考察时间连续计算。' },
}

/** Before which step the public notice is asked for; none is 0. */
export const noticeSteps: readonly { value: number; label: string }[] = [
  { value: 12, label: '支部委员会审查前（第 12 步）' },
  { value: 13, label: '上级党委预审前（第 13 步）' },
  { value: 15, label: '支部大会讨论前（第 15 步）' },
  { value: 0, label: '不要求公示' },
]

/** What a plan that is used up does. */
export const quotaRules: Words<DevelopmentQuotaRule> = {
  WARN: { label: '只提示，不限制' },
  BLOCK: { label: '不能再预审' },
}

/** How a meeting counts, in a sentence. */
export const voteRules: Record<VoteRule, string> = {
  ASSEMBLY: '有表决权的正式党员到会须超过应到会人数的半数；赞成票（含会前书面意见）须超过应到会人数的半数。',
  COMMITTEE: '委员到会须达到半数；赞成票须超过应到会委员的半数。',
  APPROVING: '党委委员到会须超过半数；赞成票须超过应到会委员的半数，逐个审议表决。',
}

/** Who is named with a step. */
export const peopleLabels: Record<number, string> = { 2: '谈话人', 5: '培养联系人', 9: '入党介绍人' }
