import { MeetingsDocument, MeetingTypesDocument, optionsOf, type MeetingFilter, type MeetingRowFragment, type MeetingState } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { DaysRange, rangeOf } from '../../kit/days-range'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { ManySelect } from '../../kit/many-select'
import { Page, useLink } from '../../kit/page'
import { Can, usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { oneOf } from '../../kit/words'
import { ask } from '../../net/ask'
import { kindsOf, meetingModes, meetingStates, PAPER } from './words'
import './meeting.css'

const LIST = { kind: 'meeting', title: '会议' }

const statesOf = (text: string | undefined): MeetingState[] =>
  (text ?? '').split(',').flatMap((one) => oneOf(meetingStates, one) ?? [])

function filterOf(filter: Record<string, string>, under: string | null): MeetingFilter {
  const states = statesOf(filter.states)
  return { search: filter.search ?? null, under, kind: filter.kind ?? null, states: states.length > 0 ? states : null, mode: oneOf(meetingModes, filter.mode) ?? null, ...rangeOf(filter.days) }
}

/** 活动管理: meetings, those that begin last first. */
export default function MeetingsPage() {
  const { org } = useScope()
  const link = useLink()
  return (
    <Page title="活动管理" menu="meeting.list" hint="会议从计划、签到、投票到纪要都在这里办理；点击会议名称查看和办理。"
      extra={(
        <>
          <Link to={link('/meeting/list/plan')}><Button>年度计划</Button></Link>
          <Can perm="meeting.manage"><Link to={link('/meeting/list/new')}><Button type="primary">新建会议</Button></Link></Can>
        </>
      )}>
      <Meetings key={org} under={org} />
    </Page>
  )
}

function Meetings({ under }: { under: string | null }) {
  const navigate = useNavigate()
  const link = useLink()
  const manages = usePermission('meeting.manage')
  const types = useQuery({ queryKey: ['meeting', 'types'], queryFn: async ({ signal }) => (await ask(MeetingTypesDocument, {}, signal)).meeting.types, staleTime: 60_000 })
  const search = useMemo((): SearchField[] => [
    { name: 'search', label: '会议主题', placeholder: '主题中的字词' },
    { name: 'kind', label: '会议类型', options: (types.data ?? []).map(({ code, name }) => ({ value: code, label: name })) },
    { name: 'states', label: '状态', control: <ManySelect label="状态" options={optionsOf(meetingStates)} /> },
    { name: 'mode', label: '会议方式', options: optionsOf(meetingModes) },
    { name: 'days', label: '会议日期', control: <DaysRange label="会议日期" /> },
  ], [types.data])
  const open = (row: MeetingRowFragment) => void navigate(link(`/meeting/list/${row.id}`))
  const columns: ListColumn<MeetingRowFragment>[] = [
    {
      key: 'title', title: '会议主题', fixed: true,
      cell: (row) => (
        <div className="z-sample z-meeting-title">
          <Button type="link" size="small" className="z-cell-link" onClick={() => open(row)}>{row.title}</Button>
          <p className="z-muted">{kindsOf(row)}</p>
        </div>
      ),
    },
    { key: 'organisation', title: '召开组织', cell: (row) => <span className="z-wrap">{row.organisation.shortName}</span> },
    { key: 'startsAt', title: '开始时间', cell: (row) => dayjs(row.startsAt).format('YYYY-MM-DD HH:mm') },
    { key: 'mode', title: '方式', cell: (row) => meetingModes[row.mode].label },
    { key: 'place', title: '地点', hidden: true, cell: (row) => <span className="z-wrap">{row.place ?? '—'}</span> },
    { key: 'state', title: '状态', cell: (row) => <span className="z-inline"><StatusTag dict={meetingStates} value={row.state} />{row.signOpen && <span className="z-tag z-tag--info">签到中</span>}</span> },
    { key: 'should', title: '应到', cell: (row) => row.should },
    { key: 'attended', title: '实到', cell: (row) => (['DRAFT', 'PUBLISHED', 'CANCELLED'].includes(row.state) ? '—' : row.attended) },
    { key: 'leave', title: '请假', hidden: true, cell: (row) => row.onLeave },
    { key: 'createdBy', title: '创建人', hidden: true, cell: (row) => row.createdBy },
  ]
  return (
    <ListPage<MeetingRowFragment>
      name="meetings" label="会议列表" columns={columns} search={search} depends={[under]} empty="此范围内还没有会议"
      emptyAction={manages && <Link to={link('/meeting/list/new')}><Button type="primary">新建会议</Button></Link>}
      rowKey={(row) => row.id} rowName={(row) => row.title} onOpen={open}
      toolbar={({ filter, count }) => (
        <>
          <ExportButtons {...LIST} filter={filterOf(filter, under)} count={count} />
          <ExportButtons {...PAPER} label="导出纪要" filter={filterOf(filter, under)} count={count} />
        </>
      )}
      banner={<><ExportBar {...LIST} /><ExportBar {...PAPER} /></>}
      load={async ({ first, offset, filter }, signal) => (await ask(MeetingsDocument, { first, offset, filter: filterOf(filter, under) }, signal)).meeting.meetings}
    />
  )
}
