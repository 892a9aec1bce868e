import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { OPERATOR } from '../../app/session'
import { setSignedIn } from '../../net/recovery'
import { safeNext } from './next'
import { OperatorSignIn } from './operator-sign-in'

/** Sign-in of the platform's operators. */
export default function OperatorLoginPage() {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [params] = useSearchParams()
  useEffect(() => { document.title = '运营登录 · 支部' }, [])
  return (
    <div className="z-panel">
      <h1>运营登录</h1>
      <OperatorSignIn name="operator" onSignedIn={(operator) => {
        queries.clear()
        queries.setQueryData(OPERATOR, operator)
        setSignedIn(true)
        void navigate(safeNext(params.get('next'), '/operator'), { replace: true })
      }} />
    </div>
  )
}
