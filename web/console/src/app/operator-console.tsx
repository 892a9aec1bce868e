import { OperatorSignOutDocument } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, useMemo } from 'react'
import { Navigate, Outlet, useLocation, useNavigate } from 'react-router'
import { OwnerContext } from '../kit/owner'
import { TrailContext } from '../kit/page'
import { PermissionContext } from '../kit/permissions'
import { Shell } from '../kit/shell'
import { ErrorState, Loading } from '../kit/states'
import { useAction } from '../kit/use-action'
import { post } from '../net/post'
import { setSignedIn, settle } from '../net/recovery'
import { ExpiredDialog } from './expired'
import { menuTree, trailTo } from './menu'
import { MenuKeysContext } from './menu-gate'
import { operatorPages } from './modules'
import { loadOperator, OPERATOR, type Operator } from './session'
import { OperatorContext } from './operator'
import { useDark } from './theme'

const OperatorSignIn = lazy(async () => ({ default: (await import('../modules/portal/operator-sign-in')).OperatorSignIn }))

/** Lets in operators of the platform. */
export default function OperatorConsole() {
  const { pathname, search } = useLocation()
  const operator = useQuery({ queryKey: OPERATOR, queryFn: loadOperator, staleTime: Infinity, retry: 1 })
  if (operator.isPending) return <Loading label="正在进入" />
  if (operator.isError) return <ErrorState error={operator.error} onRetry={() => void operator.refetch()} />
  if (!operator.data) {
    const next = pathname === '/operator' ? '' : `?next=${encodeURIComponent(pathname + search)}`
    return <Navigate to={`/operator/login${next}`} replace />
  }
  return <Console operator={operator.data} />
}

function Console({ operator }: { operator: Operator }) {
  const { dark, setDark } = useDark()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const permissions = useMemo(() => new Set(operator.permissions), [operator.permissions])
  const keys = useMemo(() => new Set(operator.menus.map((menu) => menu.key)), [operator.menus])
  const trail = useMemo(() => (key: string) =>
    [{ title: '首页', to: '/operator' }, ...trailTo(operator.menus, key).map((menu) => {
      const to = operatorPages[menu.key]?.path
      return { title: menu.label, ...(to ? { to } : {}) }
    })], [operator.menus])
  const menu = useMemo(() => menuTree(operator.menus, (key) => operatorPages[key]?.path), [operator.menus])
  const leave = useAction(() => post(OperatorSignOutDocument, {}, 'operator'), {
    done: () => {
      setSignedIn(false)
      queries.clear()
      void navigate('/operator/login', { replace: true })
    },
  })
  return (
    <OperatorContext.Provider value={operator}>
      <PermissionContext.Provider value={permissions}>
        <MenuKeysContext.Provider value={keys}>
          <OwnerContext.Provider value={operator.id}>
            <TrailContext.Provider value={trail}>
              <Shell
                product="支部" place="运营管理" home="/operator" menu={menu} person={operator.userName} dark={dark} onDark={setDark}
                watermark={[`运营 ${operator.userName}`]}
                personal={[{ key: 'leave', label: '退出登录', act: () => leave.mutate(undefined), danger: true }]}
              >
                <Outlet />
                <ExpiredDialog>
                  <OperatorSignIn name="operator-again" onSignedIn={(next) => {
                    if (next.id !== operator.id) location.assign('/operator')
                    queries.setQueryData(OPERATOR, next)
                    setSignedIn(true)
                    settle()
                  }} />
                </ExpiredDialog>
              </Shell>
            </TrailContext.Provider>
          </OwnerContext.Provider>
        </MenuKeysContext.Provider>
      </PermissionContext.Provider>
    </OperatorContext.Provider>
  )
}
