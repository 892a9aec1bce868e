import { EndPostDocument, LeadershipTeamDocument, type LeadershipPersonFragment, type TeamFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Select } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { DateField } from '../../kit/date-field'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { Page, useLink } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useEntries, wordFrom } from '../../kit/use-dictionary'
import { useSubmit } from '../../kit/use-submit'
import { day, today } from '../../kit/words'
import { ask } from '../../net/ask'
import { Left } from './page'
import { endReasons, kinds, states } from './words'
import '../../styles/leadership.css'

const KINDS = ['post', 'post_end_reason'] as const

/** The leadership of one organisation: who is in it, its term, the terms before, its elections. */
export default function TeamPage() {
  const { id = '' } = useParams()
  const link = useLink()
  const queries = useQueryClient()
  const key = ['leadership', 'team', id]
  const team = useQuery({ queryKey: key, queryFn: async ({ signal }) => (await ask(LeadershipTeamDocument, { organisation: id }, signal)).leadership.leadership })
  const one = team.data
  const open = one?.term.election
  return (
    <Page
      title={one ? `${one.term.organisation.shortName}班子` : '领导班子'} menu="org.leadership"
      extra={one?.mayEdit && !open && <Link to={link(`/org/leadership/${id}/new`)}><Button type="primary">新建换届</Button></Link>}
    >
      <QueryBoundary query={team} back={<Link to={link('/org/leadership')}><Button type="primary">返回列表</Button></Link>}>
        {(data) => <Team team={data} onTaken={(next) => {
          queries.setQueryData(key, next)
          void queries.invalidateQueries({ queryKey: ['leadership'], predicate: ({ queryKey }) => queryKey[1] !== 'team' })
        }} />}
      </QueryBoundary>
    </Page>
  )
}

function Team({ team, onTaken }: { team: TeamFragment; onTaken: (next: TeamFragment) => void }) {
  const link = useLink()
  const entries = useEntries(KINDS)
  const word = (kind: string, code: string | null) => wordFrom(entries.data, kind, code)
  const [ending, setEnding] = useState<LeadershipPersonFragment | null>(null)
  const { term, rule } = team
  return (
    <>
      <section className="z-card z-next" aria-label="本届任期">
        <p className="z-next-step">{term.end ? <>本届 {day(term.start)} 至 {day(term.end)}，距届满 <Left term={term} /></> : term.years === null ? '该组织由上级任命，不设届期' : '还没有登记本届起始日期，请在“组织信息”中填写，或办理换届'}</p>
        {term.extended && <p>届满日期已经上级批准延期。</p>}
        {rule && <p className="z-muted">下一届任期 {rule.years} 年，依据：{rule.source}</p>}
        {!term.secretary && term.vacantSince && <p><span className={`z-tag z-tag--${term.vacancy === 'RED' ? 'bad' : term.vacancy === 'YELLOW' ? 'warn' : 'off'}`}>书记空缺</span> 自 {day(term.vacantSince)} 起</p>}
        {term.election && <p>办理中：<Link to={link(`/org/leadership/elections/${term.election.id}`)}>{kinds[term.election.kind].label}</Link> <StatusTag dict={states} value={term.election.state} /></p>}
      </section>
      <Section title="现任班子">
        <p className="z-muted">书记、副书记、委员的系统权限随职务产生：任职当天自动获得，职务结束当天自动收回，不用手工设置；另外授予的管理员角色不受影响。</p>
        {team.members.length === 0 ? <EmptyState text="还没有登记班子成员" /> : (
          <ul className="z-team" aria-label="现任班子成员">
            {team.members.map((one) => (
              <li key={one.id}>
                <b>{one.name}</b>
                <span>{word('post', one.post)}</span>
                <span className="z-muted">自 {day(one.since)}{one.appointed && '，上级任命'}</span>
                <span>{one.role ? <span className="z-tag z-tag--info">系统权限：{one.role}</span> : <span className="z-muted">无系统账号或权限</span>}</span>
                {team.mayEdit && <Button size="small" aria-label={`结束职务：${one.name}`} onClick={() => setEnding(one)}>结束职务</Button>}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="换届记录">
        {team.elections.length === 0 ? <EmptyState text="还没有换届记录" /> : (
          <ol className="z-terms" aria-label="换届记录">
            {team.elections.map((one) => (
              <li key={one.id}>
                <Link to={link(`/org/leadership/elections/${one.id}`)}>{one.termNo === null ? '' : `第 ${one.termNo} 届 `}{kinds[one.kind].label}</Link> <StatusTag dict={states} value={one.state} />
                <span className="z-muted">
                  {one.termStart ? `任期 ${day(one.termStart)} 至 ${day(one.termEnd)}` : one.termEnd ? `届满延至 ${day(one.termEnd)}` : one.assemblyOn ? `选举大会 ${day(one.assemblyOn)}` : one.plannedOn ? `拟于 ${day(one.plannedOn)} 选举` : `${one.createdBy} ${day(one.createdAt)} 新建`}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Section>
      <Section title="历任班子成员">
        {team.past.length === 0 ? <EmptyState text="没有历任记录" /> : (
          <ul className="z-team" aria-label="历任班子成员">
            {team.past.map((one) => (
              <li key={one.id}>
                <b>{one.name}</b><span>{word('post', one.post)}</span>
                <span className="z-muted">{day(one.since)} 至 {day(one.until)}</span>
                <span>{one.endReason ? word('post_end_reason', one.endReason) : '—'}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      {ending && <EndDrawer post={ending} name={word('post', ending.post)} onClose={() => setEnding(null)} onTaken={onTaken} />}
    </>
  )
}

interface Ending { on: string; reason: string }

function EndDrawer({ post, name, onClose, onTaken }: { post: LeadershipPersonFragment; name: string; onClose: () => void; onTaken: (next: TeamFragment) => void }) {
  const [form] = Form.useForm<Ending>()
  const { message } = App.useApp()
  const { submit, busy, problem } = useSubmit<Ending, TeamFragment>(
    form,
    async ({ on, reason }) => (await ask(EndPostDocument, { id: post.id, on, reason })).leadership.endPost,
    (next) => {
      onTaken(next)
      void message.success(`已结束${post.name}的职务，系统权限同时收回`)
      onClose()
    },
  )
  return (
    <DetailDrawer open title={`结束职务：${post.name} ${name}`} onClose={onClose} sticky size={480}>
      <Form<Ending> form={form} name="end" layout="vertical" initialValues={{ on: today() }} onFinish={(values) => void submit(values)}>
        <Form.Item name="reason" label="结束原因" rules={[{ required: true, message: '请选择结束原因' }]}><Select options={endReasons} placeholder="请选择" /></Form.Item>
        <Form.Item name="on" label="结束日期" rules={[{ required: true, message: '请选择结束日期' }]}><DateField notAfter={today()} notBefore={post.since} /></Form.Item>
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" danger htmlType="submit" loading={busy}>结束职务</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
