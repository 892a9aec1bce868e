import type { Module } from '../../app/module'

/** What members did for others (发挥作用情况). */
export const contribution: Module = {
  name: 'contribution',
  tenant: {
    'member.contribution': {
      path: '/member/contribution',
      load: () => import('./page'),
      inner: [
        { path: '/member/contribution/new', load: () => import('./form-page'), perm: 'contribution.write' },
        { path: '/member/contribution/:id/edit', load: () => import('./form-page'), perm: 'contribution.write' },
      ],
    },
  },
  operator: {},
}
