import { DeadJobsDocument, RetryJobDocument, type DeadJobsQuery } from '@zhibu/api'
import { Button, Tooltip } from 'antd'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { useAction } from '../../../kit/use-action'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

type Job = DeadJobsQuery['system']['deadJobs']['nodes'][number]

/** 失败任务: background work that gave up, and another try for it. */
export default function JobsPage() {
  const retry = useAction(async (jobs: Job[]) => {
    for (const job of jobs) await ask(RetryJobDocument, { id: job.id })
  }, { success: '已重新排队，稍后刷新查看结果', refresh: ['jobs'] })

  const columns: ListColumn<Job>[] = [
    { key: 'task', title: '任务', fixed: true, cell: (job) => <b>{job.task}</b> },
    { key: 'tenant', title: '租户', cell: (job) => job.tenant?.name ?? '平台' },
    { key: 'attempts', title: '已尝试', cell: (job) => `${job.attempts} 次` },
    { key: 'error', title: '错误', cell: (job) => <Tooltip title={job.error} trigger={['hover', 'focus']}><span className="z-error" tabIndex={0}>{job.error}</span></Tooltip> },
    { key: 'createdAt', title: '创建时间', cell: (job) => instant(job.createdAt) },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (job) => <Button type="link" size="small" aria-label={`重试 ${job.task}`} loading={retry.isPending && retry.variables.includes(job)} onClick={() => retry.mutate([job])}>重试</Button>,
    },
  ]
  return (
    <Page title="失败任务" menu="plat.jobs" hint="多次自动重试仍失败的后台任务。排除原因后可在此重试。">
      <ListPage<Job>
        name="jobs" label="失败任务列表" columns={columns} empty="没有失败的任务"
        rowKey={(job) => job.id}
        rowName={(job) => job.task}
        batch={(rows, clear) => <Button size="small" loading={retry.isPending} onClick={() => retry.mutate(rows, { onSuccess: clear })}>重试所选</Button>}
        load={async ({ first, offset }, signal) => (await ask(DeadJobsDocument, { first, offset }, signal)).system.deadJobs}
      />
    </Page>
  )
}
