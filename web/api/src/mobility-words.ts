import type { FlowKind, FlowStatus, InboxState, LostDecision, LostState, MobilityLevel, TransferAct, TransferKind, TransferStatus } from './generated'
import type { Words } from './words'

/** The letter of introduction as PDF. */
export const LETTER = { kind: 'transfer_letter', title: '组织关系介绍信', forms: true }

/** 调动类型 */
export const kinds: Words<TransferKind> = {
  INTERNAL: { label: '系统内调动', tone: 'info' },
  INBOUND: { label: '系统外调入', tone: 'ok' },
  OUTBOUND: { label: '调出系统外', tone: 'warn' },
  BATCH: { label: '整建制转接', tone: 'info' },
}

/** 调动状态 */
export const statuses: Words<TransferStatus> = {
  SOURCE_REVIEW: { label: '转出组织审核', tone: 'info' },
  LETTER_ISSUED: { label: '已开介绍信', tone: 'info' },
  TARGET_REVIEW: { label: '接收组织审核', tone: 'info' },
  RETURNED: { label: '已退回', tone: 'warn' },
  ACCEPTED: { label: '已接收', tone: 'ok' },
  RECEIPT_FILED: { label: '回执已归档', tone: 'ok' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
  EXPIRED: { label: '介绍信过期', tone: 'bad' },
}

/** What happened in a transfer. */
export const moments: Record<string, string> = {
  started: '发起调动', approved: '审核通过', accepted: '同意接收', returned: '退回', resubmitted: '重新提交', rerouted: '组织变更', withdrawn: '撤回', letter_issued: '开具介绍信',
  reissued: '重开介绍信', expired: '介绍信过期', refused: '拒收', receipt_filed: '回执归档', receipt_refused: '回执未登记',
}

/** 电子介绍信 that has arrived. */
export const inboxStates: Words<InboxState> = {
  WAITING: { label: '待处理', tone: 'warn' },
  TAKEN: { label: '办理中', tone: 'info' },
  ACCEPTED: { label: '已接收', tone: 'ok' },
  REFUSED: { label: '已拒收', tone: 'off' },
  LAPSED: { label: '已失效', tone: 'off' },
}

/** 流动类型 */
export const flowKinds: Words<FlowKind> = { OUT: { label: '流出', tone: 'warn' }, IN: { label: '流入', tone: 'info' } }

/** 流动状态 */
export const flowStatuses: Words<FlowStatus> = {
  ACTIVE: { label: '流动中', tone: 'info' },
  RETURNED: { label: '已返回', tone: 'ok' },
  CONVERTED: { label: '已转组织关系', tone: 'ok' },
  LOST: { label: '失联', tone: 'bad' },
}

/** 失联 */
export const lostStates: Words<LostState> = {
  OPEN: { label: '查找中', tone: 'warn' },
  SUSPENDED: { label: '已停止党籍', tone: 'bad' },
  FOUND: { label: '已取得联系', tone: 'ok' },
  STRUCK: { label: '已除名', tone: 'off' },
}

/** 失联处置 */
export const decisions: Record<LostDecision, string> = { SUSPEND: '停止党籍', STRIKE: '自行脱党除名' }

/** How urgent, in the look of a tag. */
export const urgent: Record<MobilityLevel, string> = { YELLOW: 'warn', RED: 'bad' }

/** What may be done with a transfer: the button, what the note is about, what follows. */
export const transferActs: Record<TransferAct, { label: string; note?: string; must?: true; hint?: string; danger?: true }> = {
  APPROVE: { label: '审核通过', note: '意见' },
  ISSUE_LETTER: { label: '审核通过并开具介绍信', note: '意见', hint: '开具后等待对方回执；收到回执前，该党员仍由本组织管理。' },
  ACCEPT: { label: '接收', note: '意见', hint: '接收后组织关系立即转入，未办结的发展档案等一并转来。' },
  SEND_BACK: { label: '退回', note: '退回原因', must: true, danger: true, hint: '退回须说明原因；同一调动最多退回 3 次。' },
  RESUBMIT: { label: '修改并重新提交', note: '修改说明', must: true },
  WITHDRAW: { label: '撤回', note: '撤回原因', must: true, danger: true, hint: '撤回后该调动结束，党员仍在原组织。' },
  REISSUE: { label: '重开介绍信', note: '重开原因', must: true, hint: '原介绍信已过期作废，新介绍信另行编号。' },
  FILE_RECEIPT: { label: '登记回执', hint: '登记后该党员转入历史库，不能撤销，请核对回执原件。', danger: true },
  PRINT_LETTER: { label: '打印介绍信' },
}
