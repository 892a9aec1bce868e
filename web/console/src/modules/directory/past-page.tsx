import { OrganisationsAsOfDocument, orgTypes, type OrganisationsAsOfQuery } from '@zhibu/api'
import { useSearchParams } from 'react-router'
import { DateField } from '../../kit/date-field'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { StatusTag } from '../../kit/status-tag'
import { orDash, today } from '../../kit/words'
import { ask } from '../../net/ask'

type Then = OrganisationsAsOfQuery['directory']['organisationsAsOf']['nodes'][number]

const EXPORT: ExportKind = { kind: 'organisation_past', title: '历史架构' }

/** 历史架构: the organisations as they were on a day, with how many members they had. */
export default function PastPage() {
  const [params, setParams] = useSearchParams()
  const given = params.get('date') ?? ''
  const date = /^\d{4}-\d{2}-\d{2}$/.test(given) && given <= today() ? given : today()
  const columns: ListColumn<Then>[] = [
    { key: 'shortName', title: '组织简称', fixed: true, cell: (row) => <span tabIndex={0} style={{ paddingInlineStart: `${row.depth - 1}em` }}>{row.shortName}</span> },
    { key: 'type', title: '类别', cell: (row) => <StatusTag dict={orgTypes} value={row.type} /> },
    { key: 'code', title: '组织代码', cell: (row) => row.code },
    { key: 'parent', title: '上级组织', cell: (row) => orDash(row.parent) },
    { key: 'memberCount', title: '党员', cell: (row) => row.memberCount },
    { key: 'fullName', title: '组织全称', hidden: true, cell: (row) => <span className="z-wrap">{row.fullName}</span> },
  ]
  return (
    <Page title="历史架构" menu="org.info" hint="名称、隶属关系和党员人数都是所选日期结束时的情况。">
      <ListPage<Then>
        name="past" label={`${date} 的组织`} columns={columns} depends={[date]} rowKey={(row) => row.id} empty="这一天还没有组织记录"
        toolbar={({ count }) => (
          <>
            <label className="z-inline" style={{ flexWrap: 'nowrap' }}>
              <span style={{ flex: 'none' }}>日期</span>
              <DateField value={date} notAfter={today()} onChange={(next) => setParams(next ? { date: next } : {}, { replace: true })} />
            </label>
            <ExportButtons {...EXPORT} filter={{ date }} count={count} />
          </>
        )}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset }, signal) => (await ask(OrganisationsAsOfDocument, { date, first, offset }, signal)).directory.organisationsAsOf}
      />
    </Page>
  )
}
