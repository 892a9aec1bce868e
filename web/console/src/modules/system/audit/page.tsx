import { AuditEntriesDocument, type AuditEntriesQuery, type AuditFilter } from '@zhibu/api'
import { App, Button, Tabs } from 'antd'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { ChangedFields } from '../../../kit/change-history'
import { DaysRange, rangeOf } from '../../../kit/days-range'
import { DetailDrawer, Section } from '../../../kit/detail-drawer'
import { ExportBar } from '../../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import type { SearchField } from '../../../kit/list-search'
import { Page } from '../../../kit/page'
import { EmptyState, QueryBoundary } from '../../../kit/states'
import { optionsFrom, useEntries, type Entry } from '../../../kit/use-dictionary'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { currentRealm } from '../../../net/realm'
import { actionsOf } from './actions'
import { MOST_UNDONE, UndoDialog } from './undo'

type Row = AuditEntriesQuery['system']['auditEntries']['nodes'][number]

const SIGN_INS = 'session'

/** The search bar: sign-ins are one kind of object, so there it is not asked for. */
function searchOf(entries: Entry[], kind: string | undefined): SearchField[] {
  return [
    { name: 'by', label: '操作人', placeholder: '完整的姓名或用户名' },
    ...(kind ? [] : [{ name: 'kind', label: '对象', options: optionsFrom(entries, 'audit_object') }]),
    { name: 'action', label: '操作', options: actionsOf(optionsFrom(entries, 'audit_action'), kind) },
    { name: 'days', label: '日期', control: <DaysRange label="日期" />, wide: true },
  ]
}

const filterOf = (filter: Record<string, string>, kind: string | undefined): AuditFilter => {
  const { from, to } = rangeOf(filter.days)
  return { by: filter.by ?? null, kind: kind ?? filter.kind ?? null, action: filter.action ?? null, since: from, until: to }
}

/** 审计日志: who did what to what and from where; of the tenant, or in the operators' console of the platform. */
export default function AuditPage() {
  const operator = currentRealm() === 'operator'
  const entries = useEntries(['audit_object', 'audit_action'])
  const [params, setParams] = useSearchParams()
  const kind = params.get('view') === 'sign-ins' && !operator ? SIGN_INS : undefined
  return (
    <Page title="审计日志" menu={operator ? 'plat.audit' : 'system.audit'} hint="每一次修改都会记录，不能删改；已封存的记录如被改动可以查出。">
      {!operator && (
        <Tabs
          activeKey={kind ? 'sign-ins' : 'all'} items={[{ key: 'all', label: '全部记录' }, { key: 'sign-ins', label: '登录日志' }]}
          onChange={(key) => setParams((now) => {
            const next = new URLSearchParams(now.has('org') ? { org: now.get('org') ?? '' } : {})
            if (key === 'sign-ins') next.set('view', key)
            return next
          })}
        />
      )}
      <QueryBoundary query={entries}>{(all) => <AuditList key={kind ?? 'all'} entries={all} kind={kind} operator={operator} />}</QueryBoundary>
    </Page>
  )
}

function AuditList({ entries, kind, operator }: { entries: Entry[]; kind: string | undefined; operator: boolean }) {
  const [shown, setShown] = useState<Row | null>(null)
  const [undoing, setUndoing] = useState<{ rows: Row[]; clear: () => void } | null>(null)
  const { message } = App.useApp()
  const search = useMemo(() => searchOf(entries, kind), [entries, kind])
  const exported: ExportKind = { kind: operator ? 'platform_audit' : 'audit', title: '审计日志' }
  const columns: ListColumn<Row>[] = [
    {
      key: 'at', title: '时间', fixed: true,
      cell: (row) => <Button type="link" size="small" className="z-cell-link" aria-label={`查看 ${instant(row.at)} ${row.by} ${row.action}`} onClick={() => setShown(row)}>{instant(row.at)}</Button>,
    },
    { key: 'by', title: '操作人', cell: (row) => row.by },
    { key: 'action', title: '操作', cell: (row) => <span className="z-inline">{row.undoes ? `撤销：${row.action}` : row.action}<Undo row={row} /></span> },
    ...(kind ? [] : [{ key: 'kind', title: '对象', cell: (row: Row) => row.kindLabel }]),
    { key: 'changes', title: '变更内容', cell: (row) => <span className="z-wrap">{row.fields.map(({ label }) => label).join('、') || '—'}</span> },
    { key: 'address', title: '来源地址', cell: (row) => row.address || '系统' },
    { key: 'sealed', title: '封存', cell: (row) => <Seal sealed={row.sealed} /> },
  ]
  return (
    <>
      <ListPage<Row>
        name={kind ? 'audit-sign-ins' : 'audit'} label={kind ? '登录日志' : '审计日志'} columns={columns} search={search} depends={[kind]} empty="还没有记录"
        rowKey={(row) => row.id} rowName={(row) => `${instant(row.at)} ${row.by} ${row.action}`} onOpen={setShown}
        {...(operator || kind ? {} : { batch: (rows: Row[], clear: () => void) => (
          <>
            <Button type="link" disabled={rows.length > MOST_UNDONE} onClick={() => setUndoing({ rows, clear })}>撤销变更</Button>
            {rows.length > MOST_UNDONE && <span className="z-muted">每次最多撤销 {MOST_UNDONE} 条</span>}
          </>
        ) })}
        toolbar={({ filter, count }) => <ExportButtons {...exported} filter={filterOf(filter, kind)} count={count} />}
        banner={<ExportBar {...exported} />}
        load={async ({ first, offset, filter }, signal) => (await ask(AuditEntriesDocument, { first, offset, filter: filterOf(filter, kind) }, signal)).system.auditEntries}
      />
      {undoing && (
        <UndoDialog ids={undoing.rows.map(({ id }) => id)} onClose={() => setUndoing(null)}
          onDone={() => { setUndoing(null); undoing.clear(); void message.success('已撤销，撤销本身也记入审计日志') }} />
      )}
      <DetailDrawer open={shown !== null} title={shown ? `${shown.action} · ${shown.kindLabel}` : ''} onClose={() => setShown(null)}>
        {shown && (
          <>
            <p className="z-inline z-gap-bottom"><b>{shown.by}</b><span>{instant(shown.at)}</span><span className="z-muted">{shown.address ? `来自 ${shown.address}` : '由系统完成'}</span><Seal sealed={shown.sealed} /></p>
            <Section title="变更内容">
              {shown.fields.length > 0 ? <div className="z-history"><ChangedFields fields={shown.fields} /></div> : <EmptyState text="没有记下变更内容" />}
            </Section>
          </>
        )}
      </DetailDrawer>
    </>
  )
}

/** Whether a change can be taken back, or has been. */
function Undo({ row }: { row: Row }) {
  if (row.undone) return <span className="z-tag z-tag--off">已撤销</span>
  return row.undoable ? <span className="z-tag z-tag--info">可撤销</span> : null
}

const Seal = ({ sealed }: { sealed: boolean }) => <span className={`z-tag z-tag--${sealed ? 'ok' : 'off'}`}>{sealed ? '已封存' : '待封存'}</span>
