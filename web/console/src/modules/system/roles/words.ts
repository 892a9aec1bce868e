import type { RoleReach } from '@zhibu/api'

/** 数据范围, from the organisation a role is held on. */
export const REACHES: Record<RoleReach, string> = {
  NODE: '仅任职组织', SUBTREE: '任职组织及全部下级', BELOW: '任职组织的下级，不含本级', ALL: '整个单位',
}

/** Where a built-in role comes from. */
export const FROM: Record<string, string> = {
  tenant_admin: '开通时的首位管理员', org_admin: '在“组织信息”中设置', branch_secretary: '随“书记”职务产生和终止',
  branch_committee: '随支委等职务产生和终止', group_leader: '随“党小组组长”职务产生和终止', member: '每名党员',
}
