import { DevelopmentHolidaysDocument, DevelopmentPracticesDocument, SetDevelopmentHolidaysDocument, WithdrawDevelopmentPracticeDocument, type DevelopmentPracticeRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, Input, InputNumber, Popconfirm, Radio, Table } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { Page, useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { useSubmit } from '../../kit/use-submit'
import { day, today } from '../../kit/words'
import { ask } from '../../net/ask'
import { noticeSteps, quotaRules } from '@zhibu/api/development-words'
import '../../styles/development.css'

type Row = DevelopmentPracticeRowFragment
const WEEK = ['日', '一', '二', '三', '四', '五', '六']

/** 公示 in words. */
const noticeWords = ({ noticeStep, noticeDays }: Row): string => {
  const where = noticeSteps.find(({ value }) => value === (noticeStep ?? 0))?.label ?? ''
  return noticeStep === null ? where : `${where}，不少于 ${noticeDays} 个工作日`
}

/** The deadlines that are not as usual, in words. */
const deadlineWords = ({ deadlines }: Row): string => {
  const others = deadlines.filter(({ usual, months }) => usual !== months)
  return others.length === 0 ? '均按惯例' : others.map(({ step, title, months }) => `第 ${step} 步 ${title} ${months} 个月`).join('；')
}

/** 发展设置: what is practice, each time from a day on, and the working days. */
export default function SettingsPage() {
  const link = useLink()
  const practices = useQuery({
    queryKey: ['development', 'practices'],
    queryFn: async ({ signal }) => (await ask(DevelopmentPracticesDocument, {}, signal)).development.practices,
  })
  return (
    <Page
      title="发展设置" menu="member.development" hint="规定没有明确、由本单位确定的做法。新设置自生效之日起适用，此前已办理的步骤不受影响。"
      extra={<Can perm="tenant.settings"><Link to={link('/member/development/settings/new')}><Button type="primary">调整设置</Button></Link></Can>}
    >
      <QueryBoundary query={practices}>{(rows) => <Practices rows={rows} />}</QueryBoundary>
      <Holidays />
    </Page>
  )
}

function Practices({ rows }: { rows: Row[] }) {
  const current = rows.find((row) => row.current)
  const withdraw = useAction(async (since: string) => ask(WithdrawDevelopmentPracticeDocument, { since }), { success: '已删除', refresh: ['development'] })
  return (
    <>
      {current && (
        <Section title="现行设置">
          <dl className="z-facts">
            <div><dt>确定积极分子</dt><dd>申请入党满 {current.waitMonths} 个月</dd></div>
            <div><dt>政治审查有效期</dt><dd>{current.reviewMonths} 个月</dd></div>
            <div><dt>公示</dt><dd>{noticeWords(current)}</dd></div>
            <div><dt>年度计划用完后</dt><dd>{quotaRules[current.quota].label}</dd></div>
            <div><dt>办理期限</dt><dd>{deadlineWords(current)}</dd></div>
          </dl>
        </Section>
      )}
      <Section title="历次设置">
        <ul className="z-practices" aria-label="历次设置">
          {rows.map((row) => (
            <li key={row.since ?? ''}>
              <p className="z-inline">
                <b>{row.since ? `自 ${day(row.since)} 起` : '惯例'}</b>
                {row.removable ? <span className="z-tag z-tag--info">未生效</span> : row.current ? <span className="z-tag z-tag--ok">现行</span> : <span className="z-tag z-tag--off">已停用</span>}
                {row.by && <span className="z-muted">{row.by}</span>}
                {row.removable && row.since && (
                  <Can perm="tenant.settings">
                    <Popconfirm title={`删除自 ${day(row.since)} 起生效的设置？`} okText="删除" cancelText="取消" onConfirm={() => row.since && withdraw.mutate(row.since)}><Button type="link" size="small">删除</Button></Popconfirm>
                  </Can>
                )}
              </p>
              <p>确定积极分子须申请满 {row.waitMonths} 个月；政治审查有效期 {row.reviewMonths} 个月；公示：{noticeWords(row)}；年度计划用完后{quotaRules[row.quota].label}；办理期限：{deadlineWords(row)}。</p>
            </li>
          ))}
        </ul>
      </Section>
    </>
  )
}

interface Days { from: string; to: string; works: boolean; name: string }

/** 节假日: as announced, and the tenant's own entries over them. */
function Holidays() {
  const [year, setYear] = useState(Number(today().slice(0, 4)))
  const days = useQuery({
    queryKey: ['development', 'holidays', year],
    queryFn: async ({ signal }) => (await ask(DevelopmentHolidaysDocument, { year }, signal)).development.holidays,
  })
  const back = useAction(async (on: string) => ask(SetDevelopmentHolidaysDocument, { from: on, to: on, works: null, name: '' }), { success: '已删除', refresh: ['development'] })
  const weekday = (on: string) => `星期${WEEK[new Date(`${on}T00:00:00Z`).getUTCDay()] ?? ''}`
  return (
    <Section title="节假日">
      <p className="z-muted">计算公示的工作日时使用。国务院公布的 2024 至 2026 年安排已经填好；以后各年公布后请在这里登记，没有登记的按周一至周五计算。</p>
      <p className="z-inline z-gap-bottom"><label htmlFor="holiday-year">年份</label><InputNumber id="holiday-year" min={2000} max={2100} precision={0} value={year} onChange={(value) => value && setYear(value)} /></p>
      <Can perm="tenant.settings"><AddDays onYear={setYear} /></Can>
      <QueryBoundary query={days}>
        {(rows) => (
          <Table
            aria-label="节假日" size="small" rowKey="day" dataSource={rows} pagination={{ pageSize: 12, hideOnSinglePage: true }} locale={{ emptyText: `${year} 年还没有登记节假日` }}
            columns={[
              { title: '日期', render: (_, row) => `${day(row.day)} ${weekday(row.day)}` },
              { title: '安排', render: (_, row) => (row.works ? <span className="z-tag z-tag--warn">上班</span> : <span className="z-tag z-tag--ok">放假</span>) },
              { title: '名称', render: (_, row) => row.name },
              { title: '来源', render: (_, row) => (row.own ? '本单位登记' : '国务院安排') },
              { title: '操作', render: (_, row) => row.own && <Can perm="tenant.settings"><Popconfirm title={`删除 ${day(row.day)} 的登记？`} okText="删除" cancelText="取消" onConfirm={() => back.mutate(row.day)}><Button type="link" size="small">删除</Button></Popconfirm></Can> },
            ]}
          />
        )}
      </QueryBoundary>
    </Section>
  )
}

function AddDays({ onYear }: { onYear: (year: number) => void }) {
  const [form] = Form.useForm<Days>()
  const add = useAction(async (values: Days) => ask(SetDevelopmentHolidaysDocument, values), { success: '已登记', refresh: ['development'] })
  const { submit, busy, problem } = useSubmit<Days, unknown>(form, (values) => add.mutateAsync(values), (_result, values) => {
    onYear(Number(values.from.slice(0, 4)))
    form.resetFields()
  })
  return (
    <Form<Days> form={form} name="holidays" layout="inline" className="z-gap-bottom z-holiday-form" initialValues={{ works: false }} onFinish={(values) => void submit(values)}>
      <Form.Item name="from" label="从" rules={[{ required: true, message: '请选择日期' }]}><DateField /></Form.Item>
      <Form.Item name="to" label="到" rules={[{ required: true, message: '请选择日期' }]}><DateField /></Form.Item>
      <Form.Item name="works" label="安排"><Radio.Group options={[{ value: false, label: '放假' }, { value: true, label: '上班' }]} /></Form.Item>
      <Form.Item name="name" label="名称" rules={[{ required: true, whitespace: true, message: '请填写名称' }]}><Input maxLength={20} placeholder="如：春节" /></Form.Item>
      <Button htmlType="submit" loading={busy}>登记</Button>
      <FormProblem problem={problem} />
    </Form>
  )
}
