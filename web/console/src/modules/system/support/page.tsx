import { EndSupportDocument, RefuseSupportDocument, SupportsDocument, type SupportRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { GrantForm } from './grant-form'
import { STATES, extent } from './words'

/** 服务商支持: which operator may come in, and the end of it at any moment. */
export default function SupportPage() {
  const may = usePermission('system.support.manage')
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const [granting, setGranting] = useState<SupportRowFragment | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: ['support'] })
  const refuse = (row: SupportRowFragment) => confirm({
    title: `拒绝 ${row.operator} 的申请`, content: '服务商不能进入，可以重新申请。', okText: '拒绝', reason: '原因',
    work: async (reason) => {
      await ask(RefuseSupportDocument, { id: row.id, reason })
      await refresh()
    },
  })
  const end = (row: SupportRowFragment) => confirm({
    title: `结束 ${row.operator} 的支持`, content: '服务商立即退出，不能再进入。', okText: '结束',
    work: async () => {
      await ask(EndSupportDocument, { id: row.id })
      await refresh()
    },
  })
  const columns: ListColumn<SupportRowFragment>[] = [
    { key: 'operator', title: '运营人员', fixed: true, cell: (row) => <b>{row.operator}</b> },
    { key: 'state', title: '状态', cell: (row) => <span className={`z-tag z-tag--${STATES[row.state].tone}`}>{STATES[row.state].label}</span> },
    { key: 'reason', title: '原因', cell: (row) => row.reason },
    { key: 'extent', title: '范围', cell: extent },
    { key: 'askedAt', title: '申请时间', cell: (row) => instant(row.askedAt) },
    { key: 'until', title: '结束时间', cell: (row) => (row.endedAt ? `${instant(row.endedAt)}（${row.endedBy ?? ''}）` : row.until ? instant(row.until) : '') },
    { key: 'decided', title: '处理人', cell: (row) => row.decidedBy ?? '' },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (row) => may && (
        <>
          {row.state === 'ASKED' && <Button type="link" size="small" aria-label={`同意 ${row.operator}`} onClick={() => setGranting(row)}>同意</Button>}
          {row.state === 'ASKED' && <Button type="link" size="small" danger aria-label={`拒绝 ${row.operator}`} onClick={() => refuse(row)}>拒绝</Button>}
          {row.state === 'GRANTED' && <Button type="link" size="small" danger aria-label={`结束 ${row.operator}`} onClick={() => end(row)}>结束</Button>}
        </>
      ),
    },
  ]
  return (
    <Page title="服务商支持" menu="system.support" hint="服务商只有在您同意后才能进入本单位，最长72小时，您可以随时结束。所有操作都记入审计日志。">
      <ListPage<SupportRowFragment>
        name="support" label="支持列表" columns={columns} empty="服务商没有申请过支持" rowKey={(row) => row.id}
        load={async ({ first, offset }, signal) => (await ask(SupportsDocument, { first, offset }, signal)).system.supports}
      />
      {granting && <GrantForm row={granting} onClose={() => setGranting(null)} onDone={() => void refresh()} />}
    </Page>
  )
}
