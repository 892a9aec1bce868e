import type { CommandState, OrganisationCommandKind, Words } from '@zhibu/api'

export const commandKinds: Words<OrganisationCommandKind> = {
  MIGRATE: { label: '迁移', tone: 'info' },
  MERGE: { label: '合并', tone: 'info' },
  SPLIT: { label: '分立', tone: 'info' },
  DISSOLVE: { label: '撤销', tone: 'warn' },
  DELETE: { label: '删除', tone: 'bad' },
}

export const commandStates: Words<CommandState> = {
  WAITING: { label: '待确认', tone: 'warn' },
  CONFIRMED: { label: '待生效', tone: 'info' },
  DONE: { label: '已完成', tone: 'ok' },
  REFUSED: { label: '已拒绝', tone: 'bad' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
}
