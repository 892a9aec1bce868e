import type { ComponentType, ReactElement } from 'react'
import { createBrowserRouter, Navigate, type RouteObject } from 'react-router'
import { Loading } from '../kit/states'
import type { LoadPage, PageDefinition } from './module'
import { operatorPages, tenantPages } from './modules'
import { NotFound, PageError } from './page-error'
import { MenuGate } from './menu-gate'

/** A lazily loaded screen; `gate` wraps it. */
function screen(path: string, load: LoadPage, gate?: (page: ReactElement) => ReactElement): RouteObject {
  return {
    path,
    lazy: async () => {
      const Page: ComponentType = (await load()).default
      return { Component: gate ? () => gate(<Page />) : Page }
    },
    ErrorBoundary: PageError,
  }
}

function screens(pages: Record<string, PageDefinition>): RouteObject[] {
  return Object.entries(pages).flatMap(([key, { path, load, inner = [] }]) =>
    [{ path, load, perm: undefined }, ...inner].map((one) => screen(one.path, one.load, (page) => <MenuGate menu={key} perm={one.perm}>{page}</MenuGate>)))
}

const hydrate = { HydrateFallback: Loading, ErrorBoundary: PageError }

/** All addresses of the two consoles and of the public pages. */
export const router = createBrowserRouter([
  { path: '/', element: <Navigate to="/home" replace /> },
  {
    path: '/portal',
    lazy: async () => ({ Component: (await import('../modules/portal/frame')).PortalFrame }),
    ...hydrate,
    children: [
      { index: true, element: <Navigate to="/portal/login" replace /> },
      screen('login', () => import('../modules/portal/portal-page')),
      screen('sign-in', () => import('../modules/portal/sign-in-page')),
      screen('activate', () => import('../modules/portal/activate-page')),
      screen('password', () => import('../modules/portal/password-page')),
      screen('support', () => import('../modules/system/support/enter-page')),
    ],
  },
  {
    path: '/t/:slug',
    lazy: async () => ({ Component: (await import('../modules/portal/frame')).PortalFrame }),
    ...hydrate,
    children: [
      { index: true, element: <Navigate to="login" replace /> },
      screen('login', () => import('../modules/portal/tenant-sign-in-page')),
    ],
  },
  { ...screen('/meet', () => import('../modules/meeting/video/meet-page')), ...hydrate },
  {
    path: '/verify',
    lazy: async () => ({ Component: (await import('../modules/portal/frame')).PortalFrame }),
    ...hydrate,
    children: [screen(':token', () => import('../modules/member/verify-page'))],
  },
  {
    lazy: async () => ({ Component: (await import('../modules/portal/frame')).OperatorFrame }),
    ...hydrate,
    children: [
      screen('/operator/login', () => import('../modules/portal/operator-login-page')),
      screen('/operator/enrol', () => import('../modules/portal/operator-enrol-page')),
    ],
  },
  {
    path: '/operator',
    lazy: async () => ({ Component: (await import('./operator-console')).default }),
    ...hydrate,
    children: [
      { index: true, lazy: async () => ({ Component: (await import('./operator-home')).default }) },
      ...screens(operatorPages),
      screen('internal/gallery', () => import('./gallery')),
      { path: '*', Component: NotFound },
    ],
  },
  {
    lazy: async () => ({ Component: (await import('./tenant-console')).default }),
    ...hydrate,
    children: [
      screen('/home', () => import('./home/page')),
      screen('/account', () => import('../modules/account/account-page')),
      screen('/account/password', () => import('../modules/account/password-page')),
      screen('/account/certificate', () => import('../modules/member/own-certificate-page')),
      screen('/account/sessions', () => import('../modules/account/sessions-page')),
      screen('/account/phone', () => import('../modules/account/phone-page')),
      screen('/account/messages', () => import('../modules/messaging/own-messages-page')),
      screen('/account/schedules', () => import('../modules/messaging/own-schedules-page')),
      screen('/account/feedback', () => import('../modules/account/feedback-page')),
      ...screens(tenantPages),
      screen('/internal/gallery', () => import('./gallery')),
      { path: '*', Component: NotFound },
    ],
  },
])
