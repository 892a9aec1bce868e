import { Button } from 'antd'
import { Section } from '../../kit/detail-drawer'
import { Page } from '../../kit/page'
import { ErrorState } from '../../kit/states'
import { menuTree, pagesOf } from '../menu'
import { tenantPages } from '../modules'
import { useScope } from '../scope'
import { useSession } from '../session'
import { AttentionList } from './attention'
import { Charts } from './charts'
import { Favourites } from './favourites'
import { Greeting } from './greeting'
import { HomeGround } from './ground'
import { Numbers } from './numbers'
import { useOverview } from './use-overview'

/** 首页: who is signed in, the chosen range in numbers, what waits, and ways into the pages this person may see. */
export default function Home() {
  const { menus } = useSession()
  const { org, setOrg } = useScope()
  const { allowed, query } = useOverview()
  const pages = pagesOf(menuTree(menus, (key) => tenantPages[key]?.path))
  const failed = query.isError && !query.data
  return (
    <Page title="首页">
      <HomeGround />
      <Greeting />
      {allowed && (
        <Section title="数据概览" extra={<span className="z-muted">{org ? '按页面顶部所选组织统计，含下级' : '按您的管理范围统计'}</span>}>
          {failed
            ? <ErrorState error={query.error} title="数据统计失败" onRetry={() => void query.refetch()} back={org && <Button onClick={() => setOrg(null)}>查看全部组织</Button>} />
            : <Numbers overview={query.data} />}
        </Section>
      )}
      <div className={allowed && !failed ? 'z-pair' : undefined}>
        {allowed && !failed && <AttentionList attention={query.data?.attention} />}
        <Favourites pages={pages} />
      </div>
      {allowed && !failed && <Charts overview={query.data} />}
    </Page>
  )
}
