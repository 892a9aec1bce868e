import { DevelopmentCasesDocument, DevelopmentStagesDocument, UnfiledCountDocument, type DevelopmentFilter, type DevelopmentRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Segmented } from 'antd'
import { useMemo } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { ImportButton, type ImportKind } from '../../kit/exchange/import-button'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { Page, useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { Board } from './board'
import { Reminders } from './reminders'
import { Due } from './due'
import { FORM, outcomes, sides, standings } from '@zhibu/api/development-words'

const SIDES = Object.entries(sides).map(([value, { label }]) => ({ value, label }))

const IMPORT: ImportKind = { template: 'development', title: '导入发展档案', noun: '份发展档案', refresh: ['development'], undoing: '这些发展档案会被删除' }

const EXPORT = { kind: 'development', title: '发展档案' }

/** The filter of the list, as its query and its exports take it. */
const filterOf = (under: string | null, filter: Record<string, string>): DevelopmentFilter => ({
  under, search: filter['search'] ?? null, stage: filter['stage'] ? Number(filter['stage']) : null,
  side: SIDES.some(({ value }) => value === filter['side']) ? filter['side'] as keyof typeof sides : null,
  overdue: filter['state'] === 'overdue', remind: filter['state'] === 'remind', gap: filter['state'] === 'gap', closed: filter['state'] === 'closed',
})

/** 党员发展: cases as a list and as a board of the five stages. */
export default function DevelopmentPage() {
  const [params, setParams] = useSearchParams()
  const { org } = useScope()
  const navigate = useNavigate()
  const link = useLink()
  const board = params.get('view') === 'board'
  const open = (id: string) => void navigate(link(`/member/development/${id}`))
  return (
    <Page
      title="党员发展" menu="member.development" hint="从递交入党申请书到转正归档，共 5 个阶段 25 个步骤；最先到期的排在前面。"
      extra={(
        <>
          <Segmented<string>
            aria-label="显示方式" value={board ? 'board' : 'list'} options={[{ value: 'list', label: '列表' }, { value: 'board', label: '看板' }]}
            onChange={(view) => setParams((now) => {
              const next = new URLSearchParams()
              for (const keep of ['org']) if (now.get(keep)) next.set(keep, now.get(keep) ?? '')
              if (view === 'board') next.set('view', 'board')
              return next
            })}
          />
          <Link to={link('/member/development/quotas')}><Button>年度计划</Button></Link>
          <Link to={link('/member/development/settings')}><Button>发展设置</Button></Link>
          <Can perm="development.edit"><ImportButton kind={IMPORT} /><Button type="primary" onClick={() => void navigate(link('/member/development/new'))}>新建</Button></Can>
        </>
      )}
    >
      <Reminders />
      <Unfiled key={`unfiled ${org ?? ''}`} under={org} />
      {board ? <Board key={org} under={org} /> : <CaseList key={org} under={org} onOpen={open} />}
    </Page>
  )
}

/** Tells of probationary members without a case. */
function Unfiled({ under }: { under: string | null }) {
  const link = useLink()
  const count = useQuery({
    queryKey: ['development', 'unfiled', under],
    queryFn: async ({ signal }) => (await ask(UnfiledCountDocument, { under }, signal)).development.unfiled.totalCount,
  })
  if (!count.data) return null
  return (
    <Alert
      className="z-gap-bottom" type="info" showIcon title={`有 ${count.data} 名预备党员还没有发展档案，转正时不会提醒`}
      action={<Link to={link('/member/development/unfiled')}>查看并建档</Link>}
    />
  )
}

function CaseList({ under, onOpen }: { under: string | null; onOpen: (id: string) => void }) {
  const stages = useQuery({
    queryKey: ['development', 'stages', under],
    queryFn: async ({ signal }) => (await ask(DevelopmentStagesDocument, { under }, signal)).development.stages,
  })
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '姓名', placeholder: '姓名、拼音，或完整手机号、身份证号' },
    { name: 'state', label: '状态', options: [{ value: 'overdue', label: '已超期' }, { value: 'remind', label: '需要提醒' }, { value: 'gap', label: '需更换联系人、介绍人' }, { value: 'closed', label: '已结束' }], placeholder: '进行中' },
    { name: 'stage', label: '阶段', options: (stages.data ?? []).map(({ stage, title, count }) => ({ value: String(stage), label: `${title}（${count}）` })) },
    { name: 'side', label: '待谁办理', options: SIDES },
  ], [stages.data])
  const columns: ListColumn<DevelopmentRowFragment>[] = [
    {
      key: 'name', title: '姓名', fixed: true,
      cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(row.id)}>{row.name}</Button>,
    },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'standing', title: '身份', cell: (row) => <StatusTag dict={standings} value={row.standing} /> },
    { key: 'step', title: '当前步骤', cell: (row) => <span className="z-wrap">{row.step === null ? '—' : `第${row.step}步 ${row.stepTitle ?? ''}`}</span> },
    { key: 'actor', title: '待谁办理', cell: (row) => <span className="z-wrap">{row.actor ?? '—'}</span> },
    { key: 'earliest', title: '最早可办', cell: (row) => (row.earliest ? day(row.earliest) : '—') },
    { key: 'latest', title: '最迟办理', cell: (row) => <Due row={row} /> },
    { key: 'outcome', title: '状态', cell: (row) => <span className="z-inline"><StatusTag dict={outcomes} value={row.outcome} />{row.gap && <span className="z-tag z-tag--bad">需更换联系人或介绍人</span>}</span> },
  ]
  return (
    <ListPage<DevelopmentRowFragment>
      name="development" label="党员发展列表" columns={columns} search={search} depends={[under]} empty="此范围内还没有发展档案"
      rowKey={(row) => row.id} rowName={(row) => row.name} onOpen={(row) => onOpen(row.id)}
      toolbar={({ filter, count }) => (
        <>
          <ExportButtons {...EXPORT} filter={filterOf(under, filter)} count={count} />
          <ExportButtons {...FORM} label="导出纪实表" filter={filterOf(under, filter)} count={count} />
        </>
      )}
      banner={<><ExportBar {...EXPORT} /><ExportBar {...FORM} /></>}
      load={async ({ first, offset, filter }, signal) => (await ask(DevelopmentCasesDocument, { first, offset, filter: filterOf(under, filter) }, signal)).development.cases}
    />
  )
}
