import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { SESSION } from '../../app/session'
import { setSignedIn } from '../../net/recovery'
import { safeNext } from './next'
import { SignIn } from './sign-in'

/** 登录: by text message or by user name. */
export default function SignInPage() {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [params] = useSearchParams()
  useEffect(() => { document.title = '登录 · 支部' }, [])
  return (
    <div className="z-panel">
      <h1>登录</h1>
      <SignIn
        name="sign-in"
        onSignedIn={(session) => {
          queries.clear()
          queries.setQueryData(SESSION, session)
          setSignedIn(true)
          void navigate(safeNext(params.get('next'), '/home'), { replace: true })
        }}
        onPasswordChange={() => void navigate('/portal/password', { replace: true })}
      />
      <p className="z-panel-foot">
        <Link to="/portal/login">返回首页</Link>
        <span>持有激活码？<Link to="/portal/activate">入驻激活</Link></span>
      </p>
    </div>
  )
}
