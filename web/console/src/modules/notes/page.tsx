import { Button, Segmented } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { ImportButton } from '../../kit/exchange/import-button'
import { Page, useLink } from '../../kit/page'
import { Can, usePermission } from '../../kit/permissions'
import { WritingDrawer } from './drawer'
import { WritingList } from './list'
import type { Shelf } from './shelf'
import { Statistics } from './statistics'

/** The texts of a module as a list and in numbers. */
export function WritingsPage({ shelf }: { shelf: Shelf }) {
  const [params, setParams] = useSearchParams()
  const { org } = useScope()
  const navigate = useNavigate()
  const link = useLink()
  // Whoever sees organisations sees what they did.
  const counts = usePermission('org.info.read')
  const numbers = counts && params.get('view') === 'numbers'
  const opened = params.get('text')
  const open = (id: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (id) next.set('text', id)
    else next.delete('text')
    return next
  }, { replace: true })
  return (
    <Page
      title={shelf.title} menu={shelf.menu} hint={shelf.hint}
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
          <Can perm={`${shelf.key}.recommend`}>
            <ImportButton key={shelf.key} kind={{ template: shelf.key, title: `导入${shelf.title}`, noun: `份${shelf.noun}`, refresh: [shelf.key], undoing: `这些${shelf.noun}会被删除` }} />
          </Can>
          <Can perm={`${shelf.key}.write`}><Button type="primary" onClick={() => void navigate(link(`${shelf.path}/new`))}>新建{shelf.title}</Button></Can>
        </>
      )}
    >
      {numbers ? <Statistics key={org} shelf={shelf} under={org} /> : <WritingList key={org} shelf={shelf} under={org} onOpen={open} />}
      {opened && <WritingDrawer shelf={shelf} id={opened} onOpen={open} onClose={() => open(null)} />}
    </Page>
  )
}
