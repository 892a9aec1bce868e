import { RecordCompletenessDocument, SetRequiredFieldsDocument, type OptionalField, type RecordCompletenessQuery } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Table } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useScope } from '../../app/scope'
import { Section } from '../../kit/detail-drawer'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../kit/exchange/export-buttons'
import { NumberCards } from '../../kit/number-cards'
import { Page, useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import { optionalFields, optionalOptions } from './record-words'

type Found = RecordCompletenessQuery['directory']['recordCompleteness']

const EXPORT: ExportKind = { kind: 'completeness', title: '资料完整度' }
const MEMBERS: ExportKind = { kind: 'member', title: '党员信息' }

/** 资料完整度: how complete the records are, and what is missing most. */
export default function CompletenessPage() {
  const { org } = useScope()
  const found = useQuery({
    queryKey: ['members', 'completeness', org],
    queryFn: async ({ signal }) => (await ask(RecordCompletenessDocument, { under: org }, signal)).directory.recordCompleteness,
    placeholderData: keepPreviousData,
  })
  return (
    <Page title="资料完整度" menu="member.info" hint="已填写的必填项占全部必填项的比例。姓名、公民身份号码等15项始终必填，其他项由本单位设置。">
      <ExportBar {...EXPORT} />
      <ExportBar {...MEMBERS} />
      <QueryBoundary query={found}>{(one) => <Whole key={one.required.join()} one={one} under={org} />}</QueryBoundary>
    </Page>
  )
}

function Whole({ one, under }: { one: Found; under: string | null }) {
  const link = useLink()
  return (
    <>
      <section className="z-card" aria-label="汇总">
        <div className="z-gap-bottom"><NumberCards label="资料情况" cards={[
          { label: '完整度', value: one.percent, unit: '%' },
          { label: '资料不完整', value: one.incomplete, unit: '人', note: `共 ${one.members} 人` },
        ]} /></div>
        <p className="z-inline">
          <Link to={link('/member/info?complete=no')}>查看资料不完整的党员</Link>
          <ExportButtons {...MEMBERS} label="导出资料不完整的党员" filter={{ under, incomplete: true }} count={one.incomplete} />
        </p>
      </section>
      <Section title="缺项情况">
        <Table<Found['fields'][number]>
          aria-label="缺项情况" rowKey="field" size="small" pagination={false} scroll={{ x: 'max-content' }} dataSource={one.fields}
          columns={[
            { key: 'field', title: '资料项', render: (_, row) => optionalFields[row.field] },
            { key: 'required', title: '是否必填', render: (_, row) => (row.required ? <span className="z-tag z-tag--info">必填</span> : '选填') },
            { key: 'count', title: '未填写人数', render: (_, row) => (row.count > 0 ? <Link to={link(`/member/info?missing=${row.field}`)}>{row.count}</Link> : 0) },
          ]}
        />
      </Section>
      <Section title="各党支部" extra={<div className="z-inline"><ExportButtons {...EXPORT} filter={{ under }} count={one.branches.length} /></div>}>
        <Table<Found['branches'][number]>
          aria-label="各党支部资料情况" rowKey={({ branch }) => branch.id} size="small" scroll={{ x: 'max-content' }}
          dataSource={one.branches} pagination={{ pageSize: 20, hideOnSinglePage: true }} locale={{ emptyText: '此范围内没有党员' }}
          columns={[
            { key: 'branch', title: '党支部', render: (_, row) => <Link className="z-wrap" to={link(`/member/info?org=${row.branch.id}&complete=no`)}>{row.branch.shortName}</Link> },
            { key: 'percent', title: '完整度', render: (_, row) => `${row.percent}%` },
            { key: 'incomplete', title: '不完整人数', render: (_, row) => `${row.incomplete} / ${row.members}` },
            { key: 'most', title: '最常缺的必填项', render: (_, row) => (row.most ? optionalFields[row.most] : '—') },
          ]}
        />
      </Section>
      <Can perm="tenant.settings"><Required required={one.required} /></Can>
    </>
  )
}

function Required({ required }: { required: readonly OptionalField[] }) {
  const [chosen, setChosen] = useState<readonly OptionalField[]>(required)
  const save = useAction(async () => ask(SetRequiredFieldsDocument, { fields: [...chosen] }), { success: '已保存', refresh: ['members'] })
  return (
    <Section title="必填资料项">
      <p className="z-muted">对本单位所有党员生效，只影响完整度的计算，不影响表单提交和导入。</p>
      <Checkbox.Group className="z-checks" value={[...chosen]} onChange={(values) => setChosen(values as OptionalField[])} options={optionalOptions} />
      <div className="z-actions"><Button type="primary" loading={save.isPending} onClick={() => save.mutate(undefined)}>保存</Button></div>
    </Section>
  )
}
