import { EnterSupportDocument, SupportRequestsDocument, WithdrawSupportDocument, type SupportRequestRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { useAction } from '../../../kit/use-action'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { AskForm } from './ask-form'
import { STATES, extent } from './words'

/** 租户支持: which tenants were asked, and the way into those that agree. */
export default function SupportRequestsPage() {
  const may = usePermission('plat.support.ask')
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const refresh = () => queries.invalidateQueries({ queryKey: ['support-requests'] })
  // The ticket stands behind `#`, so that no server or log sees it in an address.
  const enter = useAction(async (id: string) => (await ask(EnterSupportDocument, { id })).system.enterSupport.ticket,
    { done: (ticket) => void window.open(`/portal/support#${ticket}`, '_blank', 'noopener') })
  const end = (row: SupportRequestRowFragment) => confirm({
    title: `结束对“${row.tenant.name}”的支持`, content: '要再进入，须重新申请。', okText: '结束',
    work: async () => {
      await ask(WithdrawSupportDocument, { id: row.id })
      await refresh()
    },
  })
  const withdraw = (row: SupportRequestRowFragment) => confirm({
    title: `撤回对“${row.tenant.name}”的申请`, content: '租户不能再同意，可以重新申请。', okText: '撤回',
    work: async () => {
      await ask(WithdrawSupportDocument, { id: row.id })
      await refresh()
    },
  })
  const columns: ListColumn<SupportRequestRowFragment>[] = [
    { key: 'tenant', title: '租户', fixed: true, cell: (row) => <b>{row.tenant.name}</b> },
    {
      key: 'state', title: '状态',
      cell: ({ support }) => (support ? <span className={`z-tag z-tag--${STATES[support.state].tone}`}>{STATES[support.state].label}</span> : '暂时无法读取'),
    },
    { key: 'operator', title: '运营人员', cell: ({ support }) => support?.operator ?? '' },
    { key: 'reason', title: '原因', cell: ({ support }) => support?.reason ?? '' },
    { key: 'extent', title: '范围', cell: ({ support }) => (support ? extent(support) : '') },
    { key: 'askedAt', title: '申请时间', cell: ({ support }) => (support ? instant(support.askedAt) : '') },
    { key: 'until', title: '结束时间', cell: ({ support }) => (support?.until ? instant(support.until) : '') },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => may && row.support && (
        <>
          {row.mine && row.support.state === 'GRANTED' && (
            <Button type="link" size="small" aria-label={`进入 ${row.tenant.name}`} loading={enter.isPending && enter.variables === row.id} onClick={() => enter.mutate(row.id)}>进入</Button>
          )}
          {row.support.state === 'ASKED' && <Button type="link" size="small" danger aria-label={`撤回 ${row.tenant.name}`} onClick={() => withdraw(row)}>撤回</Button>}
          {row.support.state === 'GRANTED' && <Button type="link" size="small" danger aria-label={`结束 ${row.tenant.name}`} onClick={() => end(row)}>结束</Button>}
        </>
      ),
    },
  ]
  return (
    <Page title="租户支持" menu="plat.support" hint="只有租户同意后才能进入，最长72小时；租户可以随时结束。">
      <ListPage<SupportRequestRowFragment>
        name="support-requests" label="支持申请列表" columns={columns} empty="还没有申请过支持" rowKey={(row) => row.id}
        toolbar={may && <Button type="primary" onClick={() => setAsking(true)}>申请支持</Button>}
        load={async ({ first, offset }, signal) => (await ask(SupportRequestsDocument, { first, offset }, signal)).system.supportRequests}
      />
      {asking && <AskForm onClose={() => setAsking(false)} onDone={() => void refresh()} />}
    </Page>
  )
}
