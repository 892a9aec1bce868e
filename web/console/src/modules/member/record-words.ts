import type { OptionalField, ProposalState, Words } from '@zhibu/api'

/** 党员活动证 as it is exported. */
export const CERTIFICATE = { kind: 'certificate', title: '党员活动证', forms: true }

/** Where a proposal to remove a record for ever stands. */
export const purgeStates: Words<ProposalState> = {
  WAITING: { label: '待确认', tone: 'warn' },
  DONE: { label: '已彻底删除', tone: 'bad' },
  REFUSED: { label: '已拒绝', tone: 'off' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
  EXPIRED: { label: '已过期', tone: 'off' },
}

export { requestStates } from '@zhibu/api'

/** Fields that may be empty, and that a tenant may require. */
export const optionalFields: Record<OptionalField, string> = {
  NATIVE_PLACE: '籍贯',
  SPECIAL_GROUP: '困难、退役等情况',
  EMPLOYER: '工作单位及职务',
  PROFESSIONAL_TITLE: '职称',
  FIRST_WORK_DATE: '参加工作时间',
  DEGREE: '学位',
  SCHOOL: '毕业院校',
  MAJOR: '专业',
  LANDLINE: '固定电话',
  HOME_ADDRESS: '家庭住址',
}

/** The same as options. */
export const optionalOptions = Object.entries(optionalFields).map(([value, label]) => ({ value, label }))
