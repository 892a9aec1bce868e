import type { Module } from '../../app/module'

/** Meetings (组织生活): how things stand, kinds of meetings, the meetings themselves with sign-in, votes, media and minutes. */
export const meeting: Module = {
  name: 'meeting',
  tenant: {
    'meeting.stats': { path: '/meeting/stats', load: () => import('./stats-page') },
    'meeting.types': { path: '/meeting/types', load: () => import('./types-page') },
    'meeting.list': {
      path: '/meeting/list',
      load: () => import('./list-page'),
      inner: [
        { path: '/meeting/list/new', load: () => import('./form-page'), perm: 'meeting.manage' },
        { path: '/meeting/list/plan', load: () => import('./plan-page') },
        { path: '/meeting/list/:id', load: () => import('./meeting-page') },
        { path: '/meeting/list/:id/edit', load: () => import('./form-page'), perm: 'meeting.manage' },
        { path: '/meeting/list/:id/screen', load: () => import('./screen-page'), perm: 'meeting.manage' },
        { path: '/meeting/list/:id/minutes', load: () => import('./minutes-print') },
      ],
    },
  },
  operator: {},
}
