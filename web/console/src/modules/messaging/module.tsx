import type { Module } from '../../app/module'

/** Notices (通知公告) with who has read them, and the rules of how people are told. Own messages and reminders open from the header. */
export const messaging: Module = {
  name: 'messaging',
  tenant: {
    notice: {
      path: '/notice',
      load: () => import('./list-page'),
      inner: [
        { path: '/notice/new', load: () => import('./form-page'), perm: 'notice.send' },
        { path: '/notice/rules', load: () => import('./rules-page'), perm: 'notice.rules' },
        { path: '/notice/:id', load: () => import('./notice-page') },
      ],
    },
  },
  operator: {},
}
