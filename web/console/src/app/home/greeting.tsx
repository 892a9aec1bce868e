import { instant } from '../../kit/words'
import { useSession } from '../session'

/** Who is signed in, and for whom. */
export function Greeting() {
  const { account, tenant, roots } = useSession()
  return (
    <div className="z-card z-hello">
      <p className="z-greeting">{account.displayName}，您好！</p>
      <dl>
        <div><dt>入驻组织</dt><dd>{tenant.name}</dd></div>
        <div><dt>用户名</dt><dd>{account.userName}</dd></div>
        <div><dt>管理范围</dt><dd>{roots.map((root) => root.shortName).join('、') || '本人'}</dd></div>
        {account.passwordChangedAt && <div><dt>上次修改密码</dt><dd>{instant(account.passwordChangedAt)}</dd></div>}
      </dl>
    </div>
  )
}
