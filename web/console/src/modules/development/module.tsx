import type { Module } from '../../app/module'

/** Development of members (党员发展): list and board of cases, the case with its 25 steps, what the tenant decides, the plan of a year. */
export const development: Module = {
  name: 'development',
  tenant: {
    'member.development': {
      path: '/member/development',
      load: () => import('./page'),
      inner: [
        { path: '/member/development/new', load: () => import('./start-page'), perm: 'development.edit' },
        { path: '/member/development/unfiled', load: () => import('./unfiled-page') },
        { path: '/member/development/settings', load: () => import('./settings-page') },
        { path: '/member/development/settings/new', load: () => import('./practice-page'), perm: 'tenant.settings' },
        { path: '/member/development/quotas', load: () => import('./quotas-page') },
        { path: '/member/development/:id', load: () => import('./case-page') },
        { path: '/member/development/:id/print', load: async () => ({ default: (await import('./case-page')).PrintPage }) },
      ],
    },
  },
  operator: {},
}
