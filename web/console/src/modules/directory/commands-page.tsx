import {
  ConfirmOrganisationCommandDocument, OrganisationCommandDocument, OrganisationCommandPreviewDocument,
  OrganisationCommandsDocument, optionsOf, RefuseOrganisationCommandDocument, WithdrawOrganisationCommandDocument, type CommandRowFragment, type OrganisationCommandFilter,
} from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { day, instant, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { commandKinds, commandStates } from './command-words'
import { Findings } from './findings'

const SEARCH = [
  { name: 'search', label: '组织', placeholder: '组织名称' },
  { name: 'kind', label: '类型', options: optionsOf(commandKinds) },
  { name: 'state', label: '状态', options: optionsOf(commandStates) },
] as const

const EXPORT: ExportKind = { kind: 'organisation_command', title: '组织变更' }

const filterOf = (filter: Record<string, string>): OrganisationCommandFilter => ({
  search: filter.search ?? null, kind: oneOf(commandKinds, filter.kind) ?? null, state: oneOf(commandStates, filter.state) ?? null,
})

/** 组织变更: commands that concern the own organisations, with what waits for a decision. */
export default function CommandsPage() {
  const [params, setParams] = useSearchParams()
  const opened = params.get('command')
  const open = (id: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (id) next.set('command', id)
    else next.delete('command')
    return next
  }, { replace: true })
  const columns: ListColumn<CommandRowFragment>[] = [
    { key: 'organisation', title: '组织', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => open(row.id)}>{row.organisation.shortName}</Button> },
    { key: 'kind', title: '类型', cell: (row) => <StatusTag dict={commandKinds} value={row.kind} /> },
    { key: 'into', title: '新上级、接收或新设组织', cell: (row) => orDash(row.into?.shortName ?? row.split?.shortName) },
    { key: 'effectiveOn', title: '生效日期', cell: (row) => day(row.effectiveOn) },
    { key: 'state', title: '状态', cell: (row) => <span className="z-inline"><StatusTag dict={commandStates} value={row.state} />{row.obstacle && <span className="z-tag z-tag--bad">受阻</span>}</span> },
    { key: 'askedBy', title: '申请人', cell: (row) => row.askedBy },
    { key: 'askedAt', title: '申请时间', cell: (row) => instant(row.askedAt) },
    { key: 'actions', title: '操作', fixed: 'right', cell: (row) => <Button type="link" size="small" aria-label={`${row.decidable ? '确认' : '查看'} ${row.organisation.shortName}`} onClick={() => open(row.id)}>{row.decidable ? '去确认' : '查看'}</Button> },
  ]
  return (
    <Page title="组织变更" menu="org.info" hint="在“组织信息”中打开一个组织，点“组织变更”提出迁移、合并、分立、撤销或删除。">
      <ListPage<CommandRowFragment>
        name="commands" label="组织变更列表" columns={columns} search={SEARCH} empty="还没有组织变更" rowKey={(row) => row.id}
        toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter)} count={count} />}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset, filter }, signal) => (await ask(OrganisationCommandsDocument, { first, offset, filter: filterOf(filter) }, signal)).directory.organisationCommands}
      />
      {opened && <Opened id={opened} onClose={() => open(null)} />}
    </Page>
  )
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const command = useQuery({
    queryKey: ['commands', 'one', id],
    queryFn: async ({ signal }) => (await ask(OrganisationCommandDocument, { id }, signal)).directory.organisationCommand,
  })
  const one = command.data
  return (
    <DetailDrawer open title={one ? `${one.organisation.shortName}：${commandKinds[one.kind].label}` : '组织变更'} onClose={onClose} extra={one && <Decide one={one} onDone={onClose} />}>
      <QueryBoundary query={command} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>{(row) => <Facts one={row} />}</QueryBoundary>
    </DetailDrawer>
  )
}

function Decide({ one, onDone }: { one: CommandRowFragment; onDone: () => void }) {
  const danger = useConfirmDanger()
  const refresh = ['commands', 'organisations', 'members']
  const { id, version } = one
  const confirm = useAction(() => ask(ConfirmOrganisationCommandDocument, { id, version }), { success: '已确认', refresh, done: onDone })
  const refuse = useAction((reason: string) => ask(RefuseOrganisationCommandDocument, { id, version, reason }), { success: '已拒绝', refresh, done: onDone })
  const withdraw = useAction(() => ask(WithdrawOrganisationCommandDocument, { id, version }), { success: '已撤回', refresh, done: onDone })
  return (
    <div className="z-inline">
      {one.withdrawable && <Button onClick={() => danger({ title: '撤回组织变更', content: '撤回后不再办理，需要时重新申请。', okText: '撤回', work: () => withdraw.mutateAsync(undefined) })}>撤回</Button>}
      {one.decidable && <Button danger onClick={() => danger({ title: '拒绝接收', content: '申请人会看到拒绝原因。', okText: '拒绝', reason: '拒绝原因', work: (reason) => refuse.mutateAsync(reason) })}>拒绝</Button>}
      {one.decidable && <Button type="primary" loading={confirm.isPending} onClick={() => confirm.mutate(undefined)}>确认接收</Button>}
    </div>
  )
}

function Facts({ one }: { one: CommandRowFragment }) {
  const open = one.decidable || one.withdrawable
  const preview = useQuery({
    queryKey: ['commands', 'preview', one.id],
    queryFn: async ({ signal }) => (await ask(OrganisationCommandPreviewDocument, { id: one.id }, signal)).directory.organisationCommandPreview,
    enabled: open,
  })
  const facts: [string, ReactNode][] = [
    ['状态', <StatusTag key="state" dict={commandStates} value={one.state} />], ['生效日期', day(one.effectiveOn)],
    ...(one.into ? [[one.kind === 'MIGRATE' ? '新的上级组织' : '接收组织', one.into.shortName] as [string, ReactNode]] : []),
    ...(one.split ? [['新设组织', `${one.split.shortName}，转入 ${one.split.count} 名党员`] as [string, ReactNode]] : []),
    ['批准文号', orDash(one.approvalNo)], ['变更原因', <span key="reason" className="z-wrap">{one.reason}</span>],
    ['申请人', `${one.askedBy}，${instant(one.askedAt)}`],
    ...(one.decidedBy ? [['处理人', `${one.decidedBy}，${instant(one.decidedAt)}`] as [string, ReactNode]] : []),
    ...(one.refusal ? [['拒绝原因', one.refusal] as [string, ReactNode]] : []),
    ...(one.doneAt ? [['办理时间', instant(one.doneAt)] as [string, ReactNode]] : []),
  ]
  return (
    <>
      {one.obstacle && <Alert className="z-gap-bottom" type="error" showIcon title="到期未能办理，每小时重试" description={one.obstacle} />}
      <dl className="z-facts z-facts--two">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      {open && <Section title="影响"><QueryBoundary query={preview}>{(found) => <Findings preview={{ ...found, needsConfirmation: false }} />}</QueryBoundary></Section>}
    </>
  )
}
