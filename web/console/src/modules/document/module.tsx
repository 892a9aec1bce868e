import type { Module } from '../../app/module'

/** Sample texts (范文示例) and the operator's library of them. */
export const document: Module = {
  name: 'document',
  tenant: {
    'document.samples': {
      path: '/document/samples',
      load: () => import('./samples-page'),
      inner: [{ path: '/document/samples/:id', load: () => import('./sample-page') }],
    },
  },
  operator: {
    'plat.samples': {
      path: '/operator/samples',
      load: () => import('./library-page'),
      inner: [
        { path: '/operator/samples/new', load: () => import('./text-page') },
        { path: '/operator/samples/:id', load: () => import('./text-page') },
      ],
    },
  },
}
