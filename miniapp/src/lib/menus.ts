/** Where each menu of the mini-program leads; a menu that is not named here is not shown. Add a page: add its line. */
export const paths: Record<string, string> = {
  'personal.meeting': '/pkg-meeting/mine/index',
  'personal.schedule': '/pkg-message/schedules/index',
  'personal.notice': '/pkg-message/messages/index',
  'personal.pledge': '/pkg-study/list/index?kind=pledge',
  'personal.study_note': '/pkg-study/list/index?kind=note',
  'personal.certificate': '/pkg-me/certificate/index',
  'manage.meeting': '/pkg-meeting/held/index',
  'manage.transfer': '/pkg-manage/transfers/index',
  'manage.flow': '/pkg-manage/flows/index',
  'manage.development': '/pkg-manage/developments/index',
}

/** What somebody must hold, one of them, to see a menu of 管理工作. */
export const needs: Record<string, string[]> = {
  'manage.meeting': ['meeting.manage'],
  'manage.study_note': ['study_note.recommend'],
  // What opens the list: members hold the rights to begin something, for themselves only.
  'manage.transfer': ['member.transfer.read'],
  'manage.flow': ['member.flow.read'],
  'manage.development': ['member.development.read'],
}

/** A menu as the server gives it: named, ordered and switched by the tenant. */
export interface Menu { key: string; group: 'PERSONAL' | 'MANAGE'; label: string }

/** The menus of a group that this person can use, in the server's order. */
export function menusOf(menus: readonly Menu[], group: Menu['group'], permissions: readonly string[]): (Menu & { path: string })[] {
  return menus.flatMap((menu) => {
    const path = paths[menu.key]
    const allowed = group === 'PERSONAL' || (needs[menu.key] ?? []).some((permission) => permissions.includes(permission))
    return menu.group === group && path && allowed ? [{ ...menu, path }] : []
  })
}

/** 通知公告: no menu of the tenant's, so that the way to withdraw a notice is never hidden; for who may see them. */
export const noticesOf = (permissions: readonly string[]): (Menu & { path: string })[] =>
  (permissions.includes('notice.read') ? [{ key: 'notice', group: 'MANAGE', label: '通知公告', path: '/pkg-notice/list/index' }] : [])
