import { ExportColumnsDocument, RequestExportDocument } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form } from 'antd'
import { useContext } from 'react'
import { ask } from '../../net/ask'
import { FormProblem } from '../form-problem'
import { OwnerContext } from '../owner'
import { QueryBoundary } from '../states'
import { TO_FAULT, useSubmit } from '../use-submit'
import type { ExportKind } from './export-buttons'
import { firstChoice, keepChoice, type ExportColumn } from './export-choice'
import { ColumnFields } from './export-fields'
import { useStarted } from './use-started'

interface Values { plain: string[]; secret: string[]; reason?: string }
interface ExportOrderProps extends ExportKind {
  filter: object
  count: number | undefined
  onClose: () => void
}

/** Chooses what goes into an export and orders it. */
export function ExportOrder(props: ExportOrderProps) {
  const { kind } = props
  const columns = useQuery({
    queryKey: ['exports', 'columns', kind],
    queryFn: async ({ signal }) => (await ask(ExportColumnsDocument, { kind }, signal)).system.exportColumns,
    staleTime: 60_000,
  })
  return <QueryBoundary query={columns}>{(offered) => <Order {...props} columns={offered} />}</QueryBoundary>
}

/** What is about to be made. */
function announced({ title, count, forms }: Pick<ExportOrderProps, 'title' | 'count' | 'forms'>): string {
  if (count === 0) return '列表当前没有数据，请先调整查询条件'
  const many = count === undefined ? '' : ` ${count} `
  if (!forms) return `将导出列表当前查询条件下的全部${many}${many && '条'}${title}，不只是本页`
  return count === 1 ? `将生成1份${title}（PDF）` : `将为列表当前查询条件下的全部${many}${many && '条'}记录各生成1份${title}，合为一个PDF文件`
}

function Order({ kind, title, filter, count, forms = false, onClose, columns }: ExportOrderProps & { columns: ExportColumn[] }) {
  const owner = useContext(OwnerContext)
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { add } = useStarted(kind)
  const chosenOf = ({ plain, secret }: Values) => columns.map(({ key }) => key).filter((key) => plain.includes(key) || secret.includes(key))
  const { submit, busy, problem } = useSubmit(form, async (values: Values) => {
    const reason = values.secret.length > 0 ? values.reason?.trim() ?? null : null
    return (await ask(RequestExportDocument, { input: { kind, filter, columns: chosenOf(values), reason } })).system.requestExport
  }, (started, values) => {
    keepChoice(columns, chosenOf(values), owner, kind)
    queries.setQueryData(['exports', 'one', started.id], started)
    void queries.invalidateQueries({ queryKey: ['exports', 'list'] })
    add(started.id)
    onClose()
  })
  const nothing = count === 0
  return (
    <Form<Values> name={`export-${kind}`} form={form} layout="vertical" onFinish={(values) => void submit({ ...values, secret: values.secret ?? [] })}
      initialValues={{ plain: firstChoice(columns, owner, kind), secret: [] }} scrollToFirstError={TO_FAULT}>
      <Alert className="z-gap-bottom" type={nothing ? 'warning' : 'info'} showIcon
        title={announced({ title, count, forms })} />
      <ColumnFields columns={columns} />
      <FormProblem problem={problem} />
      <div className="z-actions">
        <Button onClick={onClose}>取消</Button>
        <Button type="primary" htmlType="submit" loading={busy} disabled={nothing}>{forms ? '开始生成' : '开始导出'}</Button>
      </div>
    </Form>
  )
}
