import { OwnSchedulesDocument, RemoveScheduleDocument, type OwnScheduleFragment } from '@zhibu/api'
import { App, Button, Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useSearchParams } from 'react-router'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { useAction } from '../../kit/use-action'
import { instant, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { OwnFrame } from './own-frame'
import { aheadWords, scheduleRepeats, scheduleWays } from './words'
import './messaging.css'

const ScheduleForm = lazy(async () => ({ default: (await import('./schedule-form')).ScheduleForm }))

/** 我的日程: reminders of the signed-in person. */
export default function OwnSchedulesPage() {
  const { modal } = App.useApp()
  const [params, setParams] = useSearchParams()
  const over = params.get('show') === 'over'
  const [editing, setEditing] = useState<OwnScheduleFragment | 'new' | null>(null)
  const remove = useAction((id: string) => ask(RemoveScheduleDocument, { id }), { success: '日程已删除', refresh: ['own-schedules'] })
  const asks = (row: OwnScheduleFragment) => modal.confirm({
    title: `删除日程“${row.title}”？`, content: row.nextAt ? '以后不再提醒，不能恢复。' : '删除后不能恢复。', okText: '删除', okButtonProps: { danger: true }, cancelText: '取消',
    onOk: () => remove.mutateAsync(row.id).catch(() => undefined),
  })
  const show = (next: string) => setParams((now) => {
    const to = new URLSearchParams(now)
    to.delete('page')
    if (next === 'over') to.set('show', 'over')
    else to.delete('show')
    return to
  }, { replace: true })
  const columns: ListColumn<OwnScheduleFragment>[] = [
    { key: 'title', title: '标题', fixed: true, cell: (row) => <span className="z-wrap"><Button type="link" size="small" className="z-cell-link" onClick={() => setEditing(row)}>{row.title}</Button></span> },
    { key: 'at', title: '时间', cell: (row) => instant(row.at) },
    { key: 'repeat', title: '重复', cell: (row) => scheduleRepeats[row.repeat].label },
    { key: 'ahead', title: '提醒', cell: (row) => `${aheadWords(row.aheadMinutes)}，${scheduleWays[row.way].label}` },
    ...(over ? [] : [{ key: 'nextAt', title: '下次提醒', cell: (row: OwnScheduleFragment) => instant(row.nextAt) }]),
    { key: 'note', title: '备注', cell: (row) => <span className="z-wrap">{orDash(row.note)}</span> },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => (
        <span className="z-inline z-notice-acts">
          <Button type="link" size="small" aria-label={`编辑${row.title}`} onClick={() => setEditing(row)}>编辑</Button>
          <Button type="link" size="small" danger aria-label={`删除${row.title}`} onClick={() => asks(row)}>删除</Button>
        </span>
      ),
    },
  ]
  return (
    <OwnFrame at="schedules" hint="只有您自己能看到；到时按您选择的方式提醒您。">
      <ListPage<OwnScheduleFragment>
        key={over ? 'over' : 'coming'} name="own-schedules" label="我的日程" columns={columns} depends={[over]} empty={over ? '没有已过的日程' : '还没有日程'}
        emptyAction={!over && <Button type="primary" onClick={() => setEditing('new')}>新建日程</Button>}
        rowKey={(row) => row.id} rowName={(row) => row.title} onOpen={setEditing}
        toolbar={(
          <>
            <Segmented<string> aria-label="查看" value={over ? 'over' : 'coming'} onChange={show} options={[{ value: 'coming', label: '未到' }, { value: 'over', label: '已过' }]} />
            <Button type="primary" onClick={() => setEditing('new')}>新建日程</Button>
          </>
        )}
        load={async ({ first, offset }, signal) => (await ask(OwnSchedulesDocument, { first, offset, over }, signal)).messaging.schedules}
      />
      <Suspense>{editing && <ScheduleForm row={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}</Suspense>
    </OwnFrame>
  )
}
