import type { Module } from '../../app/module'

/** Sign-in, users and what the operator runs the platform with. */
export const system: Module = {
  name: 'system',
  tenant: {
    'system.profile': { path: '/system/profile', load: () => import('./profile/page') },
    'system.splash': { path: '/system/splash', load: () => import('./splash/page') },
    'system.users': { path: '/system/users', load: () => import('./users/page') },
    'system.pc_menus': { path: '/system/menus', load: () => import('./menus/page') },
    'system.mini_menus': { path: '/system/mini-menus', load: () => import('./mini-menus/page') },
    'system.backgrounds': { path: '/system/backgrounds', load: () => import('./backgrounds/page') },
    'system.roles': { path: '/system/roles', load: () => import('./roles/page') },
    'system.sso': { path: '/system/sso', load: () => import('./sso/page'), inner: [{ path: '/system/sso/:app/guide', load: () => import('./sso/guide-page') }] },
    'system.sms': { path: '/system/sms', load: () => import('./sms/page') },
    'system.security': { path: '/system/security', load: () => import('./security/page') },
    'system.support': { path: '/system/support', load: () => import('./support/page') },
    'system.audit': { path: '/system/audit', load: () => import('./audit/page') },
  },
  operator: {
    'plat.codes': { path: '/operator/codes', load: () => import('./codes/page') },
    'plat.sso_audit': { path: '/operator/sso', load: () => import('./sso/review-page') },
    'plat.sms_audit': { path: '/operator/sms', load: () => import('./sms/review-page') },
    'plat.tenants': { path: '/operator/tenants', load: () => import('./tenants/page') },
    'plat.outbox': { path: '/operator/outbox', load: () => import('./outbox/page') },
    'plat.jobs': { path: '/operator/jobs', load: () => import('./jobs/page') },
    'plat.support': { path: '/operator/support', load: () => import('./support/requests-page') },
    'plat.feedback': { path: '/operator/feedback', load: () => import('./feedback/desk-page') },
    'plat.about': { path: '/operator/about', load: () => import('./about/page') },
    'plat.fleet': { path: '/operator/fleet', load: () => import('./fleet/page') },
    'plat.audit': { path: '/operator/audit', load: () => import('./audit/page') },
  },
}
