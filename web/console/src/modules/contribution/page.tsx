import { Button, Segmented } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { ImportButton, type ImportKind } from '../../kit/exchange/import-button'
import { Page, useLink } from '../../kit/page'
import { Can, usePermission } from '../../kit/permissions'
import { ContributionDrawer } from './drawer'
import { ContributionList } from './list'
import { Statistics } from './statistics'

const IMPORT: ImportKind = { template: 'contribution', title: '导入发挥作用情况', noun: '条记录', refresh: ['contribution'], undoing: '这些记录会被删除' }

/** 发挥作用情况 as a list and in numbers. */
export default function ContributionsPage() {
  const [params, setParams] = useSearchParams()
  const { org } = useScope()
  const navigate = useNavigate()
  const link = useLink()
  // Whoever sees organisations sees what they did.
  const counts = usePermission('org.info.read')
  const numbers = counts && params.get('view') === 'numbers'
  const opened = params.get('record')
  const open = (id: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (id) next.set('record', id)
    else next.delete('record')
    return next
  }, { replace: true })
  return (
    <Page
      title="发挥作用情况" menu="member.contribution" hint="登记的内容会同步显示在党员活动证中。"
      extra={(
        <>
          {counts && (
            <Segmented<string>
              aria-label="显示方式" value={numbers ? 'numbers' : 'list'} options={[{ value: 'list', label: '列表' }, { value: 'numbers', label: '统计' }]}
              onChange={(view) => setParams((now) => {
                const next = new URLSearchParams()
                const kept = now.get('org')
                if (kept) next.set('org', kept)
                if (view === 'numbers') next.set('view', 'numbers')
                return next
              })}
            />
          )}
          <Can perm="contribution.write">
            <ImportButton kind={IMPORT} />
            <Button type="primary" onClick={() => void navigate(link('/member/contribution/new'))}>登记</Button>
          </Can>
        </>
      )}
    >
      {numbers ? <Statistics key={org} under={org} /> : <ContributionList key={org} under={org} onOpen={open} />}
      {opened && <ContributionDrawer id={opened} onClose={() => open(null)} />}
    </Page>
  )
}
