import { LimitMeetingTypeDocument, MeetingTypeLimitsDocument, MeetingTypesDocument, optionsOf, orgTypes, SaveMeetingTypeDocument, type MeetingSortFragment, type MeetingTypeInput, type OrgType } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio, Select, Switch, Table, Tabs } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { OrgPicker } from '../../kit/org-picker'
import { Page } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { useOrgTree } from '../../kit/use-org-tree'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { holders, meetingAttends, meetingEvery, meetingQuorums } from './words'
import './meeting.css'

const named = (types: readonly OrgType[]) => types.map((type) => orgTypes[type].label).join('、') || '—'

/** 会议类型管理: what kinds there are, and which ones an organisation may hold. */
export default function TypesPage() {
  const [params, setParams] = useSearchParams()
  const edits = usePermission('meeting.types.edit')
  const [editing, setEditing] = useState<MeetingSortFragment | 'new' | null>(null)
  const { nodes } = useOrgTree(null)
  const known = new Set(nodes.map(({ id }) => id))
  const tops = nodes.filter(({ parentId }) => parentId === null || !known.has(parentId))
  // Kinds are for the whole tenant: whoever administers a part of it decides only what its organisations may hold.
  const whole = edits && tops.length > 0 && tops.every(({ parentId }) => parentId === null)
  const types = useQuery({ queryKey: ['meeting', 'types'], queryFn: async ({ signal }) => (await ask(MeetingTypesDocument, {}, signal)).meeting.types })
  return (
    <Page title="会议类型管理" menu="meeting.types" hint="规定有哪些会议类型、召开频次和到会要求，以及下级组织可以召开哪些类型。"
      extra={whole && <Button type="primary" onClick={() => setEditing('new')}>新建类型</Button>}>
      <Tabs className="z-tabs" activeKey={params.get('tab') === 'limits' ? 'limits' : 'types'} onChange={(tab) => setParams((now) => {
        const next = new URLSearchParams(now)
        next.set('tab', tab)
        return next
      }, { replace: true })} items={[
        { key: 'types', label: '会议类型', children: <QueryBoundary query={types}>{(all) => <Kinds types={all} onEdit={whole ? setEditing : null} />}</QueryBoundary> },
        { key: 'limits', label: '组织可召开类型', children: <Limits edits={edits} whole={whole} /> },
      ]} />
      {editing && <TypeDrawer type={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Page>
  )
}

function Kinds({ types, onEdit }: { types: MeetingSortFragment[]; onEdit: ((type: MeetingSortFragment) => void) | null }) {
  return (
    <section className="z-card" aria-label="会议类型">
      <Table<MeetingSortFragment>
        aria-label="会议类型" rowKey="code" size="middle" dataSource={types} pagination={false} scroll={{ x: 'max-content' }} locale={{ emptyText: '没有会议类型' }}
        columns={[
          { key: 'name', title: '类型名称', render: (_, row) => <span className="z-inline">{row.name}{row.own && <span className="z-tag z-tag--info">自建</span>}</span> },
          { key: 'attend', title: '参会范围', render: (_, row) => meetingAttends[row.attend].label },
          { key: 'every', title: '频次', render: (_, row) => (row.every ? `${meetingEvery[row.every].label}至少 1 次` : '按需召开') },
          { key: 'quorum', title: '到会要求', render: (_, row) => meetingQuorums[row.quorum].label },
          { key: 'heldBy', title: '可召开的组织', render: (_, row) => <span className="z-wrap">{named(row.heldBy)}</span> },
          { key: 'requiredOf', title: '须召开的组织', render: (_, row) => <span className="z-wrap">{named(row.requiredOf)}</span> },
          { key: 'active', title: '状态', render: (_, row) => <span className={`z-tag z-tag--${row.active ? 'ok' : 'off'}`}>{row.active ? '启用' : '停用'}</span> },
          ...(onEdit ? [{ key: 'act', title: '操作', fixed: 'right' as const, render: (_: unknown, row: MeetingSortFragment) => <Button type="link" size="small" className="z-flush" aria-label={`编辑${row.name}`} onClick={() => onEdit(row)}>编辑</Button> }] : []),
        ]}
      />
    </section>
  )
}

type Values = Omit<MeetingTypeInput, 'every'> & { every: MeetingTypeInput['every'] | 'NONE' }

function TypeDrawer({ type, onClose }: { type: MeetingSortFragment | null; onClose: () => void }) {
  const [form] = Form.useForm<Values>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [base, setBase] = useState(type)
  const held = Form.useWatch('heldBy', form) ?? type?.heldBy ?? []
  const { submit, busy, problem, clear } = useSubmit<Values, string>(form, async (values) => (await ask(SaveMeetingTypeDocument, {
    code: base?.code ?? null, version: base?.version ?? null, input: { ...values, every: values.every === 'NONE' ? null : values.every ?? null, requiredOf: values.requiredOf ?? [] },
  })).meeting.saveType, async () => {
    await queries.invalidateQueries({ queryKey: ['meeting'] })
    void message.success('会议类型已保存')
    onClose()
  })
  const reload = async () => {
    const all = (await ask(MeetingTypesDocument, {})).meeting.types
    setBase(all.find(({ code }) => code === type?.code) ?? type)
    clear()
    void message.info('已载入最新版本，您填写的内容都已保留，请核对后再保存')
  }
  return (
    <DetailDrawer open title={type ? `编辑${type.name}` : '新建会议类型'} onClose={onClose} sticky size={600}>
      <Form<Values> form={form} name="meeting-type" layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={type ? { ...type, every: type.every ?? 'NONE' } : { attend: 'MEMBERS', every: 'NONE', quorum: 'NONE', heldBy: ['BRANCH', 'JOINT_BRANCH'], requiredOf: [], active: true }}>
        <Form.Item name="name" label="类型名称" rules={[{ required: true, whitespace: true, message: '请填写类型名称' }, { min: 2, message: '至少 2 个字' }]}><Input maxLength={20} autoComplete="off" /></Form.Item>
        <Form.Item name="attend" label="参会范围"><Radio.Group options={optionsOf(meetingAttends)} /></Form.Item>
        <Form.Item name="every" label="召开频次"><Radio.Group options={[{ value: 'NONE', label: '按需召开' }, ...optionsOf(meetingEvery).map(({ value, label }) => ({ value, label: `${label}至少 1 次` }))]} /></Form.Item>
        <Form.Item name="quorum" label="到会要求"><Select options={optionsOf(meetingQuorums)} /></Form.Item>
        <Form.Item name="heldBy" label="可召开的组织" rules={[{ required: true, message: '请选择可召开的组织类别' }]}><Select mode="multiple" options={holders.map((value) => ({ value, label: orgTypes[value].label }))} /></Form.Item>
        <Form.Item name="requiredOf" label="须召开的组织" extra="按频次应当召开的组织，计入开展率和预警；应在可召开的组织之内"><Select mode="multiple" options={held.map((value) => ({ value, label: orgTypes[value].label }))} /></Form.Item>
        <Form.Item name="active" label="启用" valuePropName="checked" extra="停用后不能再新建此类会议，已有的会议不受影响"><Switch /></Form.Item>
        <div className="z-actions">
          <FormProblem problem={problem} action={problem?.code === 'CONFLICT' && <Button size="small" onClick={() => void reload()}>载入最新版本并保留我填写的内容</Button>} />
          <Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>保存</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}

function Limits({ edits, whole }: { edits: boolean; whole: boolean }) {
  const { org } = useScope()
  const { roots } = useSession()
  const [chosen, setChosen] = useState<string | null>(null)
  const organisation = chosen ?? org ?? roots[0]?.id ?? null
  const limits = useQuery({
    queryKey: ['meeting', 'limits', organisation], enabled: organisation !== null,
    queryFn: async ({ signal }) => (await ask(MeetingTypeLimitsDocument, { organisation: organisation ?? '' }, signal)).meeting.typeLimits,
  })
  // What the superior has decided of the own organisation is not for it to change.
  const decides = edits && (whole || !roots.some(({ id }) => id === organisation))
  const top = whole && roots.some(({ id }) => id === organisation)
  const limit = useAction(async ({ code, allowed }: { code: string; allowed: boolean | null }) => (await ask(LimitMeetingTypeDocument, { organisation: organisation ?? '', code, allowed })).meeting.limitType, { success: '已保存', refresh: ['meeting'] })
  return (
    <Section title="组织可召开类型">
      <p className="z-muted z-gap-bottom">规定对该组织及其全部下级有效，除非对下级另有规定。标签表示该组织自身能否召开。{!decides && organisation !== null && edits && '本组织能召开哪些类型由上级规定。'}</p>
      <p className="z-gap-bottom"><OrgPicker className="z-scope" label="组织" value={organisation} onChange={setChosen} /></p>
      {organisation === null ? <EmptyState text="请选择组织" /> : (
        <QueryBoundary query={limits}>
          {(all) => (
            <ul className="z-rows z-meeting-limits" aria-label="会议类型">
              {all.map(({ kind, allowed, decided, decidedBy }) => (
                <li key={kind.code}>
                  <span>
                    <span className="z-inline"><b>{kind.name}</b><span className={`z-tag z-tag--${allowed && kind.active ? 'ok' : 'off'}`}>{!kind.active ? '类型已停用' : allowed ? '可以召开' : '不能召开'}</span></span>
                    <span className="z-muted z-meeting-why">{decided !== null ? '本组织单独规定' : decidedBy ? `按${decidedBy.shortName}的规定` : '按类型的一般规定'}</span>
                  </span>
                  {decides && (
                    <Radio.Group size="small" aria-label={kind.name} value={decided === null ? 'above' : decided ? 'yes' : 'no'} disabled={limit.isPending}
                      onChange={({ target }) => limit.mutate({ code: kind.code, allowed: target.value === 'above' ? null : target.value === 'yes' })}
                      options={[{ value: 'above', label: top ? '按一般规定' : '按上级规定' }, { value: 'yes', label: '允许' }, { value: 'no', label: '不允许' }]} optionType="button" />
                  )}
                </li>
              ))}
            </ul>
          )}
        </QueryBoundary>
      )}
    </Section>
  )
}
