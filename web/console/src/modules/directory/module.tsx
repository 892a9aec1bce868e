import type { Module } from '../../app/module'

/** Organisations (组织信息). */
export const directory: Module = {
  name: 'directory',
  tenant: {
    'org.info': {
      path: '/org/info',
      load: () => import('./page'),
      inner: [
        { path: '/org/info/changes', load: () => import('./commands-page') },
        { path: '/org/info/past', load: () => import('./past-page') },
        { path: '/org/info/:id/change', load: () => import('./command-page'), perm: 'org.tree_edit' },
        { path: '/org/info/new', load: () => import('./create-page'), perm: 'org.tree_edit' },
        { path: '/org/info/:id/edit', load: () => import('./edit-page'), perm: 'org.tree_edit' },
      ],
    },
  },
  operator: {},
}
