import { Page } from '../kit/page'
import { Section } from '../kit/detail-drawer'
import { EmptyState } from '../kit/states'
import { instant } from '../kit/words'
import { menuTree, pagesOf } from './menu'
import { tenantPages } from './modules'
import { useSession } from './session'
import { Shortcuts } from './shortcuts'

/** 首页: who is signed in, and ways into the pages this person may see. */
export default function Home() {
  const { account, tenant, menus, roots } = useSession()
  const pages = pagesOf(menuTree(menus, (key) => tenantPages[key]?.path))
  return (
    <Page title="首页">
      <div className="z-card">
        <p className="z-greeting">{account.displayName}，您好！</p>
        <dl className="z-facts">
          <div><dt>入驻组织</dt><dd>{tenant.name}</dd></div>
          <div><dt>用户名</dt><dd>{account.userName}</dd></div>
          <div><dt>管理范围</dt><dd>{roots.map((root) => root.shortName).join('、') || '本人'}</dd></div>
          {account.passwordChangedAt && <div><dt>上次修改密码</dt><dd>{instant(account.passwordChangedAt)}</dd></div>}
        </dl>
      </div>
      <Section title="常用入口">
        {pages.length > 0 ? <Shortcuts pages={pages} /> : <EmptyState text="您的账号尚未开通功能菜单，请联系管理员" />}
      </Section>
    </Page>
  )
}
