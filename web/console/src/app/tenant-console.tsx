import { ServerInfoDocument, SignOutDocument, isMasked } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert } from 'antd'
import { Suspense, lazy, useMemo } from 'react'
import { Navigate, Outlet, useLocation, useNavigate } from 'react-router'
import { OrgPicker } from '../kit/org-picker'
import { OwnerContext } from '../kit/owner'
import { TrailContext } from '../kit/page'
import { PermissionContext } from '../kit/permissions'
import { Shell } from '../kit/shell'
import { ErrorState, Loading } from '../kit/states'
import { useAction } from '../kit/use-action'
import { ask } from '../net/ask'
import { useUnread } from '../modules/messaging/unread'
import { post } from '../net/post'
import { setSignedIn, settle } from '../net/recovery'
import { menuTree, trailTo } from './menu'
import { MenuKeysContext } from './menu-gate'
import { tenantPages } from './modules'
import { ScopeProvider, useScope } from './scope'
import { loadSession, SESSION, SessionContext, type Session } from './session'
import { useDark } from './theme'

// Not part of what the first page waits for.
const ExpiredDialog = lazy(async () => ({ default: (await import('./expired')).ExpiredDialog }))
const Bell = lazy(() => import('../modules/messaging/bell'))
const Banners = lazy(() => import('../modules/system/banners'))

const SignIn = lazy(async () => ({ default: (await import('../modules/portal/sign-in')).SignIn }))

/** Lets in who is signed in; sends others to the sign-in page and back afterwards. */
export default function TenantConsole() {
  const { pathname, search } = useLocation()
  const session = useQuery({ queryKey: SESSION, queryFn: loadSession, staleTime: Infinity, retry: 1 })
  if (session.isPending) return <Loading label="正在进入" />
  if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />
  if (session.data === 'password') return <Navigate to="/portal/password" replace />
  if (!session.data) {
    const next = pathname === '/home' ? '' : `?next=${encodeURIComponent(pathname + search)}`
    return <Navigate to={`/portal/login${next}`} replace />
  }
  return <Console session={session.data} />
}

function Console({ session }: { session: Session }) {
  const permissions = useMemo(() => new Set(session.permissions), [session.permissions])
  const keys = useMemo(() => new Set(session.menus.map((menu) => menu.key)), [session.menus])
  const trail = useMemo(() => (key: string) =>
    [{ title: '首页', to: '/home' }, ...trailTo(session.menus, key).map((menu) => {
      const to = tenantPages[menu.key]?.path
      return { title: menu.label, ...(to ? { to } : {}) }
    })], [session.menus])
  return (
    <SessionContext.Provider value={session}>
      <PermissionContext.Provider value={permissions}>
        <MenuKeysContext.Provider value={keys}>
          <OwnerContext.Provider value={session.account.id}>
            <TrailContext.Provider value={trail}>
              <ScopeProvider><Framed session={session} /></ScopeProvider>
            </TrailContext.Provider>
          </OwnerContext.Provider>
        </MenuKeysContext.Provider>
      </PermissionContext.Provider>
    </SessionContext.Provider>
  )
}

const pathOf = (key: string) => (key === 'home' ? '/home' : tenantPages[key]?.path)

function Framed({ session }: { session: Session }) {
  const { account, tenant } = session
  const { dark, setDark } = useDark()
  const { org, setOrg } = useScope()
  const { closed } = useUnread()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const server = useQuery({ queryKey: ['server'], queryFn: ({ signal }) => ask(ServerInfoDocument, {}, signal), staleTime: Infinity })
  const menu = useMemo(() => {
    const tree = menuTree(session.menus, pathOf)
    return tree.some((node) => node.key === 'home') ? tree : [{ key: 'home', label: '首页', path: '/home', children: [] }, ...tree]
  }, [session.menus])
  const leave = useAction(() => post(SignOutDocument, {}, 'tenant'), {
    done: () => {
      setSignedIn(false)
      queries.clear()
      void navigate('/portal/login', { replace: true })
    },
  })
  return (
    <Shell
      product="支部" place={tenant.name} home="/home" menu={menu} person={account.displayName} dark={dark} onDark={setDark}
      watermark={[[account.displayName, account.mobile?.slice(-4)].filter(Boolean).join(' ')]}
      personal={[
        { key: 'account', label: '账号信息', to: '/account' },
        { key: 'password', label: '修改密码', to: '/account/password' },
        { key: 'sessions', label: '登录设备', to: '/account/sessions' },
        { key: 'phone', label: '手机端', to: '/account/phone' },
        ...(closed ? [] : [{ key: 'messages', label: '我的消息', to: '/account/messages' }, { key: 'schedules', label: '我的日程', to: '/account/schedules' }]),
        { key: 'feedback', label: '建议反馈', to: '/account/feedback' },
        { key: 'leave', label: '退出登录', act: () => leave.mutate(undefined), danger: true },
      ]}
      tools={(
        <>
          <OrgPicker className="z-scope" label="组织范围" placeholder="全部组织" value={org} onChange={setOrg} />
          <Suspense fallback={null}><Bell /></Suspense>
        </>
      )}
      banner={(
        <>
          {server.data?.system.server.sandbox && <Alert banner type="warning" title="演示环境：数据仅供体验，短信不会真实发出。" />}
          <Suspense fallback={null}><Banners /></Suspense>
        </>
      )}
    >
      <Outlet />
      <Suspense fallback={null}>
        <ExpiredDialog>
          <SignIn
            name="again"
            userName={isMasked(account.userName) ? '' : account.userName}
            onSignedIn={(next) => {
              if (next.account.id !== account.id) location.assign('/home')
              queries.setQueryData(SESSION, next)
              setSignedIn(true)
              settle()
            }}
            onPasswordChange={() => location.assign('/portal/password')}
          />
        </ExpiredDialog>
      </Suspense>
    </Shell>
  )
}
