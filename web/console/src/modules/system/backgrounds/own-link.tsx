import { useSession } from '../../../app/session'
import { CopyButton } from '../sso/copy-button'

/** The tenant's own way in, through which alone its sign-in background shows. */
export function OwnLink() {
  const { tenant } = useSession()
  const link = `${location.origin}/t/${tenant.slug}/login`
  return (
    <div className="z-own-link">
      <p className="z-muted">此背景只在通过本单位的专属链接打开登录页时显示：</p>
      <p className="z-inline"><a href={link} target="_blank" rel="noreferrer" className="z-code">{link}</a><CopyButton what="专属链接" text={link} /></p>
    </div>
  )
}
