import type { Module } from '../../app/module'

/** Terms and elections of leaderships (班子换届): list of terms, the team of an organisation, an election step by step. */
export const leadership: Module = {
  name: 'leadership',
  tenant: {
    'org.leadership': {
      path: '/org/leadership',
      load: () => import('./page'),
      inner: [
        { path: '/org/leadership/:id', load: () => import('./team-page') },
        { path: '/org/leadership/:id/new', load: () => import('./start-page'), perm: 'leadership.edit' },
        { path: '/org/leadership/elections/:id', load: () => import('./election-page') },
        { path: '/org/leadership/elections/:id/edit', load: async () => ({ default: (await import('./start-page')).EditPage }), perm: 'leadership.edit' },
      ],
    },
  },
  operator: {},
}
