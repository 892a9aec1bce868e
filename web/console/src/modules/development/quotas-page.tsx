import { DevelopmentQuotasDocument, SetDevelopmentQuotaDocument, type DevelopmentQuotaRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, InputNumber } from 'antd'
import { useState } from 'react'
import { useScope } from '../../app/scope'
import { DetailDrawer } from '../../kit/detail-drawer'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { FormProblem } from '../../kit/form-problem'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { Page } from '../../kit/page'
import { useSubmit } from '../../kit/use-submit'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'

type Row = DevelopmentQuotaRowFragment
const EXPORT = { kind: 'development_quota', title: '发展党员年度计划' }
const THIS = Number(today().slice(0, 4))
const YEARS = [THIS + 1, THIS, THIS - 1, THIS - 2, THIS - 3].map((year) => ({ value: String(year), label: `${year} 年` }))

const yearOf = (filter: Record<string, string>): number => Number(filter['year'] ?? THIS)

/** 年度计划: how many each organisation may take to the pre-review within a year. */
export default function QuotasPage() {
  const { org } = useScope()
  const queries = useQueryClient()
  const [setting, setSetting] = useState<Row | null>(null)
  const search: SearchField[] = [{ name: 'year', label: '年份', options: YEARS, placeholder: `${THIS} 年` }]
  const columns: ListColumn<Row>[] = [
    { key: 'organisation', title: '党组织', fixed: true, cell: (row) => <span className="z-wrap">{row.organisation.shortName}</span> },
    { key: 'places', title: '计划', cell: (row) => (row.places === null ? <span className="z-muted">未下达</span> : `${row.places} 名`) },
    { key: 'used', title: '已预审', cell: (row) => `${row.used} 名` },
    { key: 'left', title: '剩余', cell: (row) => (row.places === null ? '—' : row.places >= row.used ? `${row.places - row.used} 名` : <span className="z-tag z-tag--bad">超出 {row.used - row.places} 名</span>) },
    { key: 'act', title: '操作', cell: (row) => row.mine && <Button type="link" size="small" className="z-cell-link" aria-label={`${row.places === null ? '下达' : '调整'}：${row.organisation.shortName}`} onClick={() => setSetting(row)}>{row.places === null ? '下达' : '调整'}</Button> },
  ]
  return (
    <Page title="年度计划" menu="member.development" hint="发展党员年度计划由上级党组织下达，含所辖各级；党委预审通过一名，占用一名。">
      <ListPage<Row>
        name="development-quotas" label="年度计划列表" columns={columns} search={search} depends={[org]} empty="此范围内没有党组织"
        rowKey={(row) => row.organisation.id} rowName={(row) => row.organisation.shortName}
        toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={{ under: org, year: yearOf(filter) }} count={count} />}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset, filter }, signal) => (await ask(DevelopmentQuotasDocument, { first, offset, under: org, year: yearOf(filter) }, signal)).development.quotas}
      />
      {setting && <QuotaDrawer row={setting} onClose={() => setSetting(null)} onDone={() => void Promise.all(['development-quotas', 'development'].map((key) => queries.invalidateQueries({ queryKey: [key] })))} />}
    </Page>
  )
}

function QuotaDrawer({ row, onClose, onDone }: { row: Row; onClose: () => void; onDone: () => void }) {
  const [form] = Form.useForm<{ places: number | null }>()
  const { message } = App.useApp()
  const { submit, busy, problem } = useSubmit<{ places: number | null }, unknown>(
    form,
    ({ places }) => ask(SetDevelopmentQuotaDocument, { organisation: row.organisation.id, year: row.year, places }),
    () => {
      void message.success('计划已保存')
      onDone()
      onClose()
    },
  )
  return (
    <DetailDrawer open title={`${row.organisation.shortName} · ${row.year} 年计划`} onClose={onClose} sticky size={420}>
      <Form form={form} name="quota" layout="vertical" initialValues={{ places: row.places }} onFinish={(values) => void submit(values)}>
        <Form.Item name="places" label="计划人数" extra={`${row.year} 年已预审 ${row.used} 名。不填表示不下达计划。`}><InputNumber min={0} max={100000} precision={0} suffix="名" /></Form.Item>
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
