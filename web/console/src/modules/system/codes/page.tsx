import { CodesDocument, RevokeCodeDocument, codeStates, optionsOf, type CodeFilter, type CodeRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { ExportBar } from '../../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { StatusTag } from '../../../kit/status-tag'
import { day, instant, oneOf, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { useModuleTitles } from './use-modules'

const IssueCodes = lazy(async () => ({ default: (await import('./issue-codes')).IssueCodes }))

const SEARCH = [
  { name: 'search', label: '关键字', placeholder: '末四位、完整激活码或备注' },
  { name: 'state', label: '状态', options: optionsOf(codeStates) },
] as const

const EXPORT: ExportKind = { kind: 'code', title: '激活码' }

/** What is asked for the search in the address. */
const filterOf = (filter: Record<string, string>): CodeFilter => ({ search: filter.search ?? null, state: oneOf(codeStates, filter.state) ?? null })

/** 激活码: issued once in plain text, listed by their last four characters, revoked with a reason. */
export default function CodesPage() {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const titles = useModuleTitles()
  const [issuing, setIssuing] = useState(false)

  const revoke = (codes: CodeRowFragment[], clear?: () => void) => confirm({
    title: codes.length === 1 ? `作废尾号 ${codes[0]?.tail ?? ''} 的激活码` : `作废所选 ${codes.length} 个激活码`,
    content: '作废后不能恢复，持码人将无法再用它开通。',
    okText: '作废',
    reason: '作废原因',
    work: async (reason) => {
      for (const code of codes) await ask(RevokeCodeDocument, { id: code.id, reason })
      await queries.invalidateQueries({ queryKey: ['codes'] })
      clear?.()
      void message.success(`已作废 ${codes.length} 个激活码`)
    },
  })

  const columns: ListColumn<CodeRowFragment>[] = [
    { key: 'tail', title: '激活码', fixed: true, cell: (code) => <span className="z-code">····{code.tail}</span> },
    { key: 'state', title: '状态', cell: (code) => <StatusTag dict={codeStates} value={code.state} /> },
    { key: 'plan', title: '套餐', cell: (code) => code.plan },
    { key: 'modules', title: '模块', cell: (code) => <span className="z-wrap">{code.modules.map(titles).join('、') || '仅基础模块'}</span> },
    { key: 'seats', title: '用户数', cell: (code) => code.seats },
    { key: 'months', title: '使用期限', cell: (code) => (code.months ? `${code.months} 个月` : '长期') },
    { key: 'expiresOn', title: '有效期至', cell: (code) => day(code.expiresOn) },
    { key: 'tenant', title: '开通的组织', cell: (code) => <span className="z-wrap">{code.tenant?.name ?? '—'}</span> },
    { key: 'note', title: '备注', cell: (code) => <span className="z-wrap">{code.state === 'REVOKED' ? `作废原因：${orDash(code.revokeReason)}` : orDash(code.note)}</span> },
    { key: 'issuedAt', title: '发放时间', cell: (code) => instant(code.issuedAt) },
    { key: 'issuedBy', title: '发放人', hidden: true, cell: (code) => code.issuedBy },
    { key: 'usedAt', title: '使用时间', hidden: true, cell: (code) => instant(code.usedAt) },
    {
      key: 'actions', title: '操作', fixed: 'right',
      cell: (code) => (code.state === 'ISSUED'
        ? <Button type="link" size="small" danger aria-label={`作废尾号 ${code.tail}`} onClick={() => revoke([code])}>作废</Button>
        : <span className="z-muted">—</span>),
    },
  ]
  return (
    <Page title="激活码与订单" menu="plat.codes" hint="激活码明文只在发放时显示一次，请及时复制或下载。">
      <ListPage<CodeRowFragment>
        name="codes" label="激活码列表" columns={columns} search={SEARCH} empty="还没有发放过激活码"
        rowKey={(code) => code.id}
        rowName={(code) => `尾号 ${code.tail}`}
        toolbar={({ filter, count }) => (
          <>
            <Button type="primary" onClick={() => setIssuing(true)}>发放激活码</Button>
            <ExportButtons {...EXPORT} filter={filterOf(filter)} count={count} />
          </>
        )}
        banner={<ExportBar {...EXPORT} />}
        batch={(rows, clear) => {
          const usable = rows.filter((code) => code.state === 'ISSUED')
          return <Button size="small" danger disabled={usable.length === 0} onClick={() => revoke(usable, clear)}>作废未使用的 {usable.length} 个</Button>
        }}
        load={async ({ first, offset, filter }, signal) => (await ask(CodesDocument, { first, offset, filter: filterOf(filter) }, signal)).system.codes}
      />
      {issuing && (
        <Suspense>
          <IssueCodes onClose={() => setIssuing(false)} onIssued={() => void queries.invalidateQueries({ queryKey: ['codes'] })} />
        </Suspense>
      )}
    </Page>
  )
}
