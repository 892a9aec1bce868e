import type { Module } from '../../app/module'

/** Members (党员信息) and the history library (党员历史库). */
export const member: Module = {
  name: 'member',
  tenant: {
    'member.info': {
      path: '/member/info',
      load: () => import('./page'),
      inner: [
        { path: '/member/info/new', load: () => import('./create-page'), perm: 'member.edit' },
        { path: '/member/info/:id/edit', load: () => import('./edit-page'), perm: 'member.edit' },
        { path: '/member/info/:id/certificate', load: () => import('./certificate-page') },
        { path: '/member/info/requests', load: () => import('./requests-page') },
        { path: '/member/info/completeness', load: () => import('./completeness-page') },
      ],
    },
    'member.messages': { path: '/member/messages', load: () => import('./message-page') },
    'member.history': {
      path: '/member/history',
      load: () => import('./history-page'),
      inner: [{ path: '/member/history/purges', load: () => import('./purges-page'), perm: 'member.purge' }],
    },
  },
  operator: {},
}
