import type { SsoStatus, Words } from '@zhibu/api'

/** 免密登录应用的状态. */
export const ssoStatuses: Words<SsoStatus> = {
  APPLIED: { label: '待审核', tone: 'info' },
  APPROVED: { label: '已通过', tone: 'ok' },
  REJECTED: { label: '已驳回', tone: 'bad' },
  DISABLED: { label: '停用', tone: 'off' },
}
