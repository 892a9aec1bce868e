import {
  EditElectionDocument, ElectionFileDocument, LeadershipTeamDocument, StandingMembersDocument, StartElectionDocument,
  type ElectionDetailFragment, type ElectionInput, type ElectionKind, type TeamFragment,
} from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input, InputNumber, Radio, Select } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { optionsFrom, useEntries, wordFrom } from '../../kit/use-dictionary'
import { useSettled } from '../../kit/use-settled'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { endReasons, kinds } from './words'
import '../../styles/leadership.css'

type Values = ElectionInput
const ORDER: ElectionKind[] = ['GENERAL', 'EARLY', 'POSTPONED', 'BY_ELECTION', 'MID_TERM', 'APPOINTMENT']

/** 新建换届: what is asked of the superior. */
export default function StartPage() {
  const { id = '' } = useParams()
  const team = useQuery({ queryKey: ['leadership', 'team', id], queryFn: async ({ signal }) => (await ask(LeadershipTeamDocument, { organisation: id }, signal)).leadership.leadership })
  return (
    <Page title="新建换届" menu="org.leadership" hint={team.data && `${team.data.term.organisation.shortName}：保存后上传请示，再上报上级党组织。带 * 的为必填项。`}>
      <QueryBoundary query={team}>{(one) => <ElectionForm team={one} election={null} />}</QueryBoundary>
    </Page>
  )
}

/** The same for a draft that is there already. */
export function EditPage() {
  const { id = '' } = useParams()
  const file = useQuery({ queryKey: ['leadership', 'election', id], queryFn: async ({ signal }) => (await ask(ElectionFileDocument, { id }, signal)).leadership.election })
  const at = file.data?.organisation.id
  const team = useQuery({
    queryKey: ['leadership', 'team', at], enabled: at !== undefined,
    queryFn: async ({ signal }) => (await ask(LeadershipTeamDocument, { organisation: at ?? '' }, signal)).leadership.leadership,
  })
  return (
    <Page title="修改换届" menu="org.leadership">
      <QueryBoundary query={file}>{(one) => <QueryBoundary query={team}>{(data) => <ElectionForm team={data} election={one} />}</QueryBoundary>}</QueryBoundary>
    </Page>
  )
}

const valuesOf = (one: ElectionDetailFragment): Values => ({
  kind: one.kind, reason: one.reason, plannedOn: one.plannedOn, postponedTo: one.postponedTo, byDelegates: one.byDelegates,
  seats: one.seats.map(({ post, seats }) => ({ post, seats })), candidates: one.candidates.map(({ person, post }) => ({ person, post })),
  endings: one.endings.map(({ post, reason }) => ({ post, reason })),
})

const inputOf = ({ kind, ...values }: Values): ElectionInput => (kind === 'POSTPONED'
  ? { kind, reason: values.reason ?? null, postponedTo: values.postponedTo ?? null }
  : { ...values, kind, seats: values.seats ?? [], candidates: values.candidates ?? [], endings: values.endings ?? [] })

function ElectionForm({ team, election }: { team: TeamFragment; election: ElectionDetailFragment | null }) {
  const [form] = Form.useForm<Values>()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const entries = useEntries(['post'])
  const kind = Form.useWatch('kind', form) ?? election?.kind ?? 'GENERAL'
  const seats = Form.useWatch('seats', form) ?? []
  const { term } = team
  const posts = optionsFrom(entries.data, 'post')
  const back = election ? `/org/leadership/elections/${election.id}` : `/org/leadership/${term.organisation.id}`
  const initial: Partial<Values> = election ? valuesOf(election) : {
    kind: term.years === null ? 'APPOINTMENT' : 'GENERAL', seats: [{ post: 'secretary', seats: 1 }], candidates: [], endings: [], byDelegates: false,
  }
  return (
    <FormPage<Values, ElectionDetailFragment>
      name="election" form={form} draft={`election-${election?.id ?? term.organisation.id}`} basis={election?.version ?? null} withheld="" submitText="保存" initialValues={initial}
      onCancel={() => void navigate(link(back))}
      send={async (values) => (election
        ? (await ask(EditElectionDocument, { id: election.id, version: election.version, input: inputOf(values) })).leadership.editElection
        : (await ask(StartElectionDocument, { organisation: term.organisation.id, input: inputOf(values) })).leadership.startElection)}
      done={(saved) => {
        queries.setQueryData(['leadership', 'election', saved.id], saved)
        void queries.invalidateQueries({ queryKey: ['leadership'], predicate: ({ queryKey }) => queryKey[1] !== 'election' })
        void message.success('已保存，请上传请示后上报')
        void navigate(link(`/org/leadership/elections/${saved.id}`))
      }}
    >
      <Section title="换届事项">
        <Form.Item name="kind" label="类型">
          <Radio.Group vertical>
            {ORDER.filter((each) => term.years !== null || each === 'APPOINTMENT').map((each) => (
              <Radio key={each} value={each}><b>{kinds[each].label}</b> <span className="z-muted">{kinds[each].hint}</span></Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <div className="z-columns">
          {kind === 'POSTPONED'
            ? <Form.Item name="postponedTo" label="拟延期至" extra={`本届届满日期 ${day(term.end)}，最多延期一年`} rules={[{ required: true, message: '请选择拟延期至的日期' }]}><DateField {...(term.end ? { notBefore: term.end } : {})} /></Form.Item>
            : kind !== 'APPOINTMENT' && <Form.Item name="plannedOn" label="拟召开选举大会日期" rules={[{ required: true, message: '请选择日期' }]}><DateField /></Form.Item>}
          <Form.Item name="reason" label="事由"><Input.TextArea rows={2} maxLength={500} showCount /></Form.Item>
        </div>
        {(kind === 'GENERAL' || kind === 'EARLY') && <Form.Item name="byDelegates" valuePropName="checked"><Checkbox>召开党员代表大会选举（党员 500 人以上，或所辖组织分散）</Checkbox></Form.Item>}
      </Section>
      {kind !== 'POSTPONED' && (
        <>
          <Section title="应选职务和名额">
            <Form.List name="seats">{(fields, { add, remove }) => (
              <>
                {fields.map(({ key, name }) => (
                  <div key={key} className="z-row">
                    <Form.Item name={[name, 'post']} label="职务" rules={[{ required: true, message: '请选择职务' }]}><Select aria-label={`第${name + 1}项职务`} options={posts} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
                    <Form.Item name={[name, 'seats']} label="名额" rules={[{ required: true, message: '请填写名额' }]}><InputNumber aria-label={`第${name + 1}项名额`} min={1} max={99} precision={0} /></Form.Item>
                    <Button aria-label={`移除第${name + 1}项职务`} onClick={() => remove(name)}>移除</Button>
                  </div>
                ))}
                <Button onClick={() => add({ post: 'committee_member', seats: 3 })}>添加职务</Button>
              </>
            )}</Form.List>
          </Section>
          <Section title={kind === 'APPOINTMENT' ? '拟任人选' : '候选人预备人选'}>
            <p className="z-muted">{kind === 'APPOINTMENT' ? '人数应与名额一致。' : '委员候选人的差额应不少于应选人数的 20%；须为权利不受限制的正式党员。'}</p>
            <Form.List name="candidates">{(fields, { add, remove }) => (
              <>
                {fields.map(({ key, name }) => (
                  <div key={key} className="z-row">
                    <Form.Item name={[name, 'person']} label="姓名" rules={[{ required: true, message: '请选择党员' }]}>
                      <MemberSelect label={`第${name + 1}名候选人`} under={kind === 'APPOINTMENT' ? null : term.organisation.id} known={election?.candidates ?? []} />
                    </Form.Item>
                    <Form.Item name={[name, 'post']} label="职务" rules={[{ required: true, message: '请选择职务' }]}>
                      <Select aria-label={`第${name + 1}名候选人的职务`} options={posts.filter(({ value }) => seats.some((seat) => seat?.post === value))} />
                    </Form.Item>
                    <Button aria-label={`移除第${name + 1}名候选人`} onClick={() => remove(name)}>移除</Button>
                  </div>
                ))}
                <Button onClick={() => add({ post: seats[0]?.post })}>添加候选人</Button>
              </>
            )}</Form.List>
          </Section>
        </>
      )}
      {['BY_ELECTION', 'MID_TERM', 'APPOINTMENT'].includes(kind) && team.members.length > 0 && (
        <Section title="同时结束的职务">
          <p className="z-muted">书记等只设一人的职务，须先结束现任才能产生新的人选。</p>
          <Form.List name="endings">{(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <div key={key} className="z-row">
                  <Form.Item name={[name, 'post']} label="现任" rules={[{ required: true, message: '请选择现任成员' }]}>
                    <Select aria-label={`第${name + 1}项现任`} options={team.members.map((one) => ({ value: one.id, label: `${one.name} ${wordFrom(entries.data, 'post', one.post)}` }))} />
                  </Form.Item>
                  <Form.Item name={[name, 'reason']} label="原因" rules={[{ required: true, message: '请选择原因' }]}><Select aria-label={`第${name + 1}项原因`} options={endReasons} /></Form.Item>
                  <Button aria-label={`移除第${name + 1}项现任`} onClick={() => remove(name)}>移除</Button>
                </div>
              ))}
              <Button onClick={() => add({})}>添加</Button>
            </>
          )}</Form.List>
        </Section>
      )}
    </FormPage>
  )
}

/** A full member, found by name. */
export function MemberSelect({ label, under, known = [], value, onChange, id }: {
  label: string; under: string | null; known?: { person: string; name: string }[]; value?: string; onChange?: (value: string) => void; id?: string
}) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['leadership', 'members', under, search],
    queryFn: async ({ signal }) => (await ask(StandingMembersDocument, { search: search || null, under }, signal)).directory.members.nodes,
  })
  const options = (found.data ?? []).map((one) => ({ value: one.id, label: `${one.name}（${one.branch.shortName}）` }))
  const own = known.find((one) => one.person === value)
  return (
    <Select
      id={id ?? ''} aria-label={label} placeholder="输入姓名查找" value={value ?? null} onChange={(next: string) => onChange?.(next)} loading={found.isFetching}
      notFoundContent={found.isFetching ? '正在查找…' : '没有找到正式党员'}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
      options={own && !options.some((one) => one.value === own.person) ? [...options, { value: own.person, label: own.name }] : options}
    />
  )
}
