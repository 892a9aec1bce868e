import type { Module } from '../../app/module'

/** Sign-in, users and what the operator runs the platform with. */
export const system: Module = {
  name: 'system',
  tenant: {
    'system.users': { path: '/system/users', load: () => import('./users/page') },
  },
  operator: {
    'plat.codes': { path: '/operator/codes', load: () => import('./codes/page') },
    'plat.tenants': { path: '/operator/tenants', load: () => import('./tenants/page') },
    'plat.outbox': { path: '/operator/outbox', load: () => import('./outbox/page') },
    'plat.jobs': { path: '/operator/jobs', load: () => import('./jobs/page') },
  },
}
