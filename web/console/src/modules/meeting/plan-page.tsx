import { MeetingPlansDocument, MeetingTypeLimitsDocument, RemoveMeetingPlanDocument, SaveMeetingPlanDocument, type MeetingLineFragment } from '@zhibu/api'
import { CheckCircleFilled } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Popconfirm, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { OrgPicker } from '../../kit/org-picker'
import { Page, useLink } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { yearsFrom } from './words'
import './meeting.css'

const MONTHS = [...Array(12).keys()].map((index) => index + 1)

/** 年度计划: what an organisation means to hold in a year, month by month. */
export default function PlanPage() {
  const { org } = useScope()
  const { roots } = useSession()
  const [params, setParams] = useSearchParams()
  const edits = usePermission('meeting.manage')
  const organisation = params.get('at') ?? org ?? roots[0]?.id ?? null
  const year = Number(params.get('year')) || dayjs().year()
  const [editing, setEditing] = useState<MeetingLineFragment | number | null>(null)
  const put = (key: string, value: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (value) next.set(key, value)
    else next.delete(key)
    return next
  }, { replace: true })
  const key = ['meeting', 'plans', organisation, year]
  const plans = useQuery({ queryKey: key, enabled: organisation !== null, queryFn: async ({ signal }) => (await ask(MeetingPlansDocument, { organisation: organisation ?? '', year }, signal)).meeting.plans })
  return (
    <Page title="年度计划" menu="meeting.list" hint="一个组织一年要召开的会议；召开后自动标记。">
      <section className="z-card" aria-label="选择组织和年度">
        <div className="z-inline">
          <OrgPicker className="z-scope" label="组织" value={organisation} onChange={(next) => put('at', next)} />
          <Select aria-label="年度" value={year} onChange={(next) => put('year', String(next))} options={yearsFrom(1)} />
          {plans.data && <span className="z-muted">共 {plans.data.length} 项，已召开 {plans.data.filter(({ held }) => held).length} 项</span>}
        </div>
      </section>
      {organisation === null
        ? <EmptyState text="请选择组织" />
        : <QueryBoundary query={plans}>{(all) => <Grid plans={all} year={year} organisation={organisation} edits={edits} onEdit={setEditing} />}</QueryBoundary>}
      {editing !== null && organisation && <LineDrawer organisation={organisation} year={year} line={typeof editing === 'number' ? null : editing} month={typeof editing === 'number' ? editing : editing.month} onClose={() => setEditing(null)} />}
    </Page>
  )
}

function Grid({ plans, year, organisation, edits, onEdit }: { plans: MeetingLineFragment[]; year: number; organisation: string; edits: boolean; onEdit: (line: MeetingLineFragment | number) => void }) {
  const link = useLink()
  const now = dayjs()
  const remove = useAction(async ({ id, version }: MeetingLineFragment) => (await ask(RemoveMeetingPlanDocument, { id, version })).meeting.removePlan, { success: '已删除', refresh: ['meeting'] })
  return (
    <ol className="z-plan" aria-label={`${year}年计划`}>
      {MONTHS.map((month) => {
        const own = plans.filter((line) => line.month === month)
        const current = year === now.year() && month === now.month() + 1
        const past = year < now.year() || (year === now.year() && month < now.month() + 1)
        return (
          <li key={month} className={current ? 'z-plan-now' : ''}>
            <header><h2>{month}月{current && <span className="z-tag z-tag--info">本月</span>}</h2>{edits && <Button size="small" aria-label={`${month}月添加计划`} onClick={() => onEdit(month)}>添加</Button>}</header>
            {own.length === 0 && <p className="z-muted">没有计划</p>}
            <ul>
              {own.map((line) => (
                <li key={line.id}>
                  <p><b>{line.kind.name}</b> {line.held ? <span className="z-tag z-tag--ok"><CheckCircleFilled aria-hidden /> 已召开</span> : past ? <span className="z-tag z-tag--bad">未召开</span> : <span className="z-tag z-tag--off">待召开</span>}</p>
                  <p>{line.topic}</p>
                  {edits && (
                    <p className="z-inline">
                      {!line.held && <Link to={link(`/meeting/list/new?organisation=${organisation}&kind=${line.kind.code}&title=${encodeURIComponent(line.topic)}`)}><Button type="link" size="small" className="z-flush" aria-label={`新建会议：${line.topic}`}>新建会议</Button></Link>}
                      <Button type="link" size="small" className="z-flush" aria-label={`修改：${line.topic}`} onClick={() => onEdit(line)}>修改</Button>
                      <Popconfirm title={`删除“${line.topic}”？`} okText="删除" cancelText="取消" onConfirm={() => remove.mutate(line)}>
                        <Button type="link" size="small" className="z-flush" aria-label={`删除：${line.topic}`}>删除</Button>
                      </Popconfirm>
                    </p>
                  )}
                </li>
              ))}
            </ul>
          </li>
        )
      })}
    </ol>
  )
}

interface Values { month: number; kind: string; topic: string }

function LineDrawer({ organisation, year, line, month, onClose }: { organisation: string; year: number; line: MeetingLineFragment | null; month: number; onClose: () => void }) {
  const [form] = Form.useForm<Values>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const limits = useQuery({ queryKey: ['meeting', 'limits', organisation], queryFn: async ({ signal }) => (await ask(MeetingTypeLimitsDocument, { organisation }, signal)).meeting.typeLimits })
  const { submit, busy, problem } = useSubmit<Values, string>(form, async (values) => (await ask(SaveMeetingPlanDocument, { id: line?.id ?? null, version: line?.version ?? null, input: { organisation, year, ...values } })).meeting.savePlan, async () => {
    await queries.invalidateQueries({ queryKey: ['meeting', 'plans'] })
    void message.success('计划已保存')
    onClose()
  })
  return (
    <DetailDrawer open title={line ? '修改计划' : '添加计划'} onClose={onClose} sticky size={520}>
      <Form<Values> form={form} name="plan" layout="vertical" initialValues={line ? { month: line.month, kind: line.kind.code, topic: line.topic } : { month }} onFinish={(values) => void submit(values)}>
        <Form.Item name="month" label="月份"><Select options={MONTHS.map((value) => ({ value, label: `${year}年${value}月` }))} /></Form.Item>
        <Form.Item name="kind" label="会议类型" rules={[{ required: true, message: '请选择会议类型' }]}>
          <Select loading={limits.isFetching} placeholder="请选择" showSearch={{ optionFilterProp: 'label' }} options={(limits.data ?? []).filter(({ allowed, kind }) => allowed && kind.active).map(({ kind }) => ({ value: kind.code, label: kind.name }))} />
        </Form.Item>
        <Form.Item name="topic" label="主题" rules={[{ required: true, whitespace: true, message: '请填写主题' }, { min: 2, message: '主题至少 2 个字' }]}><Input maxLength={80} autoComplete="off" /></Form.Item>
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
