import { Button, Segmented } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { ImportButton, type ImportKind } from '../../kit/exchange/import-button'
import { Can } from '../../kit/permissions'
import { Page, useLink } from '../../kit/page'
import { OrganisationChart } from './chart'
import { OrganisationDrawer } from './drawer'
import { OrganisationList, waitingOf } from './list'
import { OrganisationTree } from './tree'

const IMPORT: ImportKind = { template: 'organisation', title: '导入组织', noun: '个组织', refresh: ['organisations'], undoing: '这些组织会从组织树中移除' }

/** 组织信息: the tree on the left; on the right the organisations below the chosen one, as list or chart. */
export default function OrganisationsPage() {
  const [params, setParams] = useSearchParams()
  const { org } = useScope()
  const { roots } = useSession()
  const navigate = useNavigate()
  const link = useLink()
  const top = org ?? null
  const node = params.get('node') ?? top ?? roots[0]?.id ?? null
  const view = params.get('view') === 'chart' ? 'chart' : 'list'
  const opened = params.get('organisation')
  // Reminders count the whole range, which may have several tops.
  const under = waitingOf(params.get('attention')) ? params.get('node') ?? top : node

  const change = (changes: Record<string, string | null>, replace = true) => setParams((now) => {
    const next = new URLSearchParams(now)
    for (const [key, value] of Object.entries(changes)) {
      if (value) next.set(key, value)
      else next.delete(key)
    }
    return next
  }, { replace })
  const open = (id: string) => change({ organisation: id })

  return (
    <Page
      title="组织信息" menu="org.info"
      extra={(
        <>
          <Segmented aria-label="显示方式" value={view} onChange={(value) => change({ view: value === 'chart' ? 'chart' : null })}
            options={[{ value: 'list', label: '列表' }, { value: 'chart', label: '架构图' }]} />
          <Button onClick={() => void navigate(link('/org/info/past'))}>历史架构</Button>
          <Button onClick={() => void navigate(link('/org/info/changes'))}>组织变更</Button>
          <Can perm="org.tree_edit">
            <ImportButton kind={IMPORT} />
            <Button type="primary" disabled={!node} onClick={() => void navigate(link(`/org/info/new?parent=${node ?? ''}`))}>新增下级</Button>
          </Can>
        </>
      )}
    >
      <div className="z-split">
        <section className="z-card z-split-side" aria-label="组织树">
          <OrganisationTree root={top} chosen={node} onChoose={(id) => change({ node: id, page: null })} />
        </section>
        <div className="z-split-main">
          {view === 'chart'
            ? <OrganisationChart key={node} root={node} onOpen={open} onList={(id) => change({ node: id, view: null, page: null })} />
            : <OrganisationList under={under} onOpen={open} />}
        </div>
      </div>
      {opened && <OrganisationDrawer id={opened} onOpen={open} onClose={() => change({ organisation: null })} />}
    </Page>
  )
}
