import { BringUpFleetDocument, FleetDocument, SetFleetRingDocument, type FleetRing, type FleetRowFragment, type FleetStanding } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Progress, Tooltip } from 'antd'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { useAction } from '../../../kit/use-action'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

const RINGS: Record<FleetRing, string> = { CANARY: '先行', STABLE: '普通' }
const STANDINGS: Record<FleetStanding, { label: string; tone: string }> = {
  CURRENT: { label: '最新', tone: 'ok' },
  BEHIND: { label: '待升级', tone: 'warn' },
  FAILED: { label: '失败', tone: 'bad' },
}
const options = <Key extends string>(words: Record<Key, string>) => (Object.keys(words) as Key[]).map((value) => ({ value, label: words[value] }))
/** Read again this often while tenants are behind. */
const AGAIN = 3_000

/** 升级进度: which tenants are at the newest version, what failed, and another try for it. */
export default function FleetPage() {
  const may = usePermission('plat.fleet.manage')
  const confirm = useConfirmDanger()
  const refresh = ['fleet']
  const retry = useAction((tenant: string) => ask(BringUpFleetDocument, { tenant }), { success: '已开始重试', refresh })
  const ring = useAction((row: FleetRowFragment) => ask(SetFleetRingDocument, { tenant: row.id, ring: row.ring === 'CANARY' ? 'STABLE' : 'CANARY' }), { refresh })
  const all = useAction(() => ask(BringUpFleetDocument, {}), { success: '已开始升级', refresh })
  const begin = () => confirm({
    title: '升级全部租户', content: '先升级先行租户；有一个失败，其余都不动。', okText: '升级',
    work: () => all.mutateAsync(undefined),
  })
  const columns: ListColumn<FleetRowFragment>[] = [
    { key: 'name', title: '租户', fixed: true, cell: (row) => <b>{row.name}</b> },
    { key: 'ring', title: '批次', cell: (row) => RINGS[row.ring] },
    { key: 'standing', title: '状态', cell: (row) => <span className={`z-tag z-tag--${STANDINGS[row.standing].tone}`}>{STANDINGS[row.standing].label}</span> },
    {
      key: 'modules', title: '模块版本', cell: (row) => <Versions row={row} />,
    },
    {
      key: 'error', title: '错误',
      cell: (row) => row.error && <Tooltip title={row.error} trigger={['hover', 'focus']}><span className="z-error" tabIndex={0}>{row.failedStep ?? ''} {row.error}</span></Tooltip>,
    },
    { key: 'migratedAt', title: '升级时间', cell: (row) => (row.migratedAt ? instant(row.migratedAt) : '') },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => may && (
        <>
          {row.standing !== 'CURRENT' && <Button type="link" size="small" aria-label={`重试 ${row.name}`} loading={retry.isPending && retry.variables === row.id} onClick={() => retry.mutate(row.id)}>重试</Button>}
          <Button type="link" size="small" aria-label={`改为${RINGS[row.ring === 'CANARY' ? 'STABLE' : 'CANARY']} ${row.name}`} onClick={() => ring.mutate(row)}>改为{RINGS[row.ring === 'CANARY' ? 'STABLE' : 'CANARY']}</Button>
        </>
      ),
    },
  ]
  return (
    <Page title="升级进度" menu="plat.fleet" hint="每次升级先处理先行租户；先行租户失败时，其余租户不动。">
      <ListPage<FleetRowFragment>
        name="fleet" label="租户版本列表" columns={columns} empty="没有租户" rowKey={(row) => row.id}
        search={[
          { name: 'ring', label: '批次', options: options(RINGS) },
          { name: 'standing', label: '状态', options: (Object.keys(STANDINGS) as FleetStanding[]).map((value) => ({ value, label: STANDINGS[value].label })) },
        ]}
        banner={<Summary />}
        toolbar={may && <Button onClick={begin}>升级全部</Button>}
        load={async ({ first, offset, filter }, signal) => (await ask(FleetDocument, {
          first, offset, filter: { ring: (filter.ring as FleetRing | undefined) ?? null, standing: (filter.standing as FleetStanding | undefined) ?? null },
        }, signal)).system.fleet}
      />
    </Page>
  )
}

/** What a tenant lacks, module by module; of one that lacks nothing, the versions when asked for. */
function Versions({ row }: { row: FleetRowFragment }) {
  const behind = row.modules.filter((one) => one.missing.length > 0)
  if (behind.length > 0) return behind.map((one) => <div key={one.key}>{one.title} {one.version ?? '无'}，缺 {one.missing.join('、')}</div>)
  const all = row.modules.map((one) => <div key={one.key}>{one.title} {one.version ?? '无'}</div>)
  return <Tooltip title={all} trigger={['hover', 'focus']}><span className="z-muted" tabIndex={0}>{row.modules.length} 个模块均为最新</span></Tooltip>
}

/** How many are at the newest version. */
function Summary() {
  const { data } = useQuery({
    queryKey: ['fleet', 'summary'],
    queryFn: async ({ signal }) => (await ask(FleetDocument, { first: 1, offset: 0 }, signal)).system.fleet,
    refetchInterval: (query) => (query.state.data && query.state.data.behind > 0 ? AGAIN : false),
  })
  if (!data) return null
  const total = data.current + data.behind + data.failed
  return (
    <div className="z-gap-bottom">
      <p>最新 {data.current} 个，待升级 {data.behind} 个，失败 {data.failed} 个</p>
      <Progress aria-label="已是最新版本的租户" percent={total > 0 ? Math.floor((data.current * 100) / total) : 100} {...(data.failed > 0 ? { status: 'exception' as const } : {})} />
    </div>
  )
}
