import { DevelopmentFileDocument, DevelopmentStepsDocument, type DevelopmentDetailFragment, type DevelopmentEvent, type DevelopmentStepsQuery } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Dropdown } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useEntries, wordFrom } from '../../kit/use-dictionary'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { ActDrawer } from './act-drawer'
import { Due } from './due'
import { EventDrawer, RELOCATE } from './event-drawer'
import { HelpersDrawer } from './helpers-drawer'
import { History } from './history'
import { QuotaHint } from './quota-hint'
import { StepRow } from './step-row'
import { events, outcomes, peopleLabels, standings } from '@zhibu/api/development-words'
import '../../styles/development.css'

export { PrintPage } from './print'

/** What the regulation says of a step. */
export type Guide = DevelopmentStepsQuery['development']['steps'][number]
const KINDS = ['development_doc', 'ethnicity', 'education_level', 'work_post', 'sex'] as const

/** Naming others to help, beside the events. */
const REPLACE = 'REPLACE'
/** What those who help now are called. */
const helpersLabel = ({ helperStep }: DevelopmentDetailFragment): string => peopleLabels[helperStep ?? 5] ?? '培养联系人'

/** One case: where it stands, what is next, the 25 steps, and what happened. */
export default function CasePage() {
  const { id = '' } = useParams()
  const queries = useQueryClient()
  const file = useQuery({
    queryKey: ['development', 'file', id],
    queryFn: async ({ signal }) => (await ask(DevelopmentFileDocument, { id }, signal)).development.case,
  })
  const guide = useQuery({
    queryKey: ['development', 'guide'],
    queryFn: async ({ signal }) => (await ask(DevelopmentStepsDocument, {}, signal)).development.steps,
    staleTime: Infinity,
  })
  const link = useLink()
  const name = file.data?.case.name ?? '发展档案'
  const taken = (next: DevelopmentDetailFragment) => {
    queries.setQueryData(['development', 'file', id], next)
    void queries.invalidateQueries({ queryKey: ['development'], predicate: ({ queryKey }) => queryKey[1] !== 'file' && queryKey[1] !== 'guide' })
  }
  return (
    <Page title={name} menu="member.development"
      extra={<Link to={link(`/member/development/${id}/print`)}><Button>打印全程纪实</Button></Link>}>
      <QueryBoundary query={file} back={<Link to={link('/member/development')}><Button type="primary">返回列表</Button></Link>}>
        {(one) => <QueryBoundary query={guide}>{(steps) => <Case file={one} guide={steps} onTaken={taken} />}</QueryBoundary>}
      </QueryBoundary>
    </Page>
  )
}

function Case({ file, guide, onTaken }: { file: DevelopmentDetailFragment; guide: Guide[]; onTaken: (file: DevelopmentDetailFragment) => void }) {
  const [acting, setActing] = useState<number | null>(null)
  const [noting, setNoting] = useState<DevelopmentEvent | null>(null)
  const [replacing, setReplacing] = useState(false)
  const entries = useEntries(KINDS)
  const word = (kind: string, code: string) => wordFrom(entries.data, kind, code)
  const one = file.case
  const stages = [...new Map(guide.map((step) => [step.stage, step.stageTitle])).entries()]
  const step = acting === null ? undefined : guide.find(({ no }) => no === acting)
  const look = acting === null ? undefined : file.steps.find(({ no }) => no === acting)
  const more = [
    ...file.events.filter((event) => event !== 'SUBMIT').map((event) => ({ key: event, label: events[event].label, danger: events[event].danger ?? false })),
    ...(file.replaceable ? [{ key: REPLACE, label: `更换${helpersLabel(file)}`, danger: false }] : []),
    ...(file.movable ? [{ key: RELOCATE, label: '转到其他党支部', danger: false }] : []),
  ]
  return (
    <>
      <Next file={file} onAct={setActing} onSubmit={() => setNoting('SUBMIT')} onReplace={() => setReplacing(true)}
        more={more.length > 0 && (
          <Dropdown menu={{ items: more, onClick: ({ key }) => (key === REPLACE ? setReplacing(true) : setNoting(key as DevelopmentEvent)) }} trigger={['click']}><Button>其他事项</Button></Dropdown>
        )} />
      <Section title="基本信息">
        <dl className="z-facts">
          <div><dt>所在党支部</dt><dd>{one.branch.shortName}</dd></div>
          <div><dt>性别、年龄</dt><dd>{word('sex', one.sex)}，{one.age ?? '—'} 岁（{day(one.birthDate)}）</dd></div>
          <div><dt>民族</dt><dd>{word('ethnicity', one.ethnicity)}</dd></div>
          <div><dt>学历</dt><dd>{word('education_level', one.educationLevel)}</dd></div>
          <div><dt>工作岗位</dt><dd>{word('work_post', one.workPost)}</dd></div>
          <div><dt>工作单位及职务</dt><dd>{one.employer ?? '—'}</dd></div>
          <div><dt>公民身份号码</dt><dd>{one.idNumber}</dd></div>
          <div><dt>手机号</dt><dd>{one.mobile}</dd></div>
          {file.probationEnd && <div><dt>预备期满</dt><dd>{day(file.probationEnd)}</dd></div>}
          {file.helpers.length > 0 && <div><dt>{helpersLabel(file)}</dt><dd>{file.helpers.map(({ name }) => name).join('、')}</dd></div>}
          <div><dt>考察记录</dt><dd>{file.observed} 次</dd></div>
        </dl>
      </Section>
      {stages.map(([stage, title]) => (
        <Section key={stage} title={`第${['一', '二', '三', '四', '五'][stage - 1] ?? stage}阶段 ${title}`}>
          <Later when={stage > one.stage} count={guide.filter((each) => each.stage === stage).length}>
            <ol className="z-steps">
              {guide.filter((each) => each.stage === stage).map((each) => {
                const at = file.steps.find(({ no }) => no === each.no)
                return at && <StepRow key={each.no} guide={each} look={at} file={file} word={word} onAct={() => setActing(each.no)} onTaken={onTaken} />
              })}
            </ol>
          </Later>
        </Section>
      ))}
      <Section title="办理经过"><History file={file} /></Section>
      {step && look && <ActDrawer guide={step} look={look} file={file} word={word} onClose={() => setActing(null)} onTaken={onTaken} />}
      {replacing && <HelpersDrawer file={file} onClose={() => setReplacing(false)} onTaken={onTaken} />}
      {noting && <EventDrawer event={noting} file={file} onClose={() => setNoting(null)} onTaken={onTaken} />}
    </>
  )
}

/** How a case came to its end. */
function Over({ file }: { file: DevelopmentDetailFragment }) {
  const archived = file.steps.find(({ no }) => no === 25)?.on !== null
  if (file.case.outcome === 'CONVERTED' && archived) return <p className="z-next-step">全部步骤已完成，材料已归档</p>
  const last = file.timeline.find(({ voided }) => voided === null)
  return (
    <>
      <p className="z-next-step">发展工作已结束，档案保留备查</p>
      {last && <p>{day(last.on)} {last.title}{last.words.length > 0 && `：${last.words.join('；')}`}</p>}
    </>
  )
}

/** A stage that has not been reached is folded away. */
function Later({ when, count, children }: { when: boolean; count: number; children: React.ReactNode }) {
  if (!when) return children
  return <details className="z-later"><summary>尚未开始，共 {count} 步</summary>{children}</details>
}

/** Where the case stands and what is next, at a glance. */
function Next({ file, onAct, onSubmit, onReplace, more }: { file: DevelopmentDetailFragment; onAct: (no: number) => void; onSubmit: () => void; onReplace: () => void; more: React.ReactNode }) {
  const one = file.case
  const next = file.steps.find(({ no }) => no === one.step)
  const submit = file.events.includes('SUBMIT')
  const lacking = file.helpers.filter(({ gap }) => gap !== null)
  return (
    <section className="z-card z-next" aria-label="当前进度">
      <p className="z-inline">
        <StatusTag dict={standings} value={one.standing} /><StatusTag dict={outcomes} value={one.outcome} />
        {one.overdue && <span className="z-tag z-tag--bad">已超期</span>}
      </p>
      {file.lapse && <Alert type="warning" showIcon title={file.lapse} />}
      {lacking.length > 0 && (
        <Alert type="error" showIcon title={`${helpersLabel(file)}不能继续履职，请更换：${lacking.map(({ name, gap }) => `${name}${gap ?? ''}`).join('；')}`}
          action={file.replaceable && <Button size="small" onClick={onReplace}>更换</Button>} />
      )}
      {next && one.step !== null
        ? (
          <>
            <p className="z-next-step">下一步：第 {one.step} 步 {one.stepTitle}</p>
            <p>由<b>{one.actor}</b>办理；{next.earliest ? `最早 ${day(next.earliest)}` : '随时可以办理'}，{one.latest ? <>最迟 <Due row={one} /></> : '没有期限'}</p>
            {next.no === 13 && file.quota && <QuotaHint quota={file.quota} />}
            {next.closed.length > 0 && <ul className="z-closed" aria-label="暂不能办理的原因">{next.closed.map((why) => <li key={why}>{why}</li>)}</ul>}
          </>
        )
        : <Over file={file} />}
      <div className="z-inline">
        {next && next.mine && <Button type="primary" disabled={next.closed.length > 0} onClick={() => onAct(next.no)}>登记第 {next.no} 步</Button>}
        {submit && <Button type={next?.closed.length ? 'primary' : 'default'} onClick={onSubmit}>登记报送上级</Button>}
        {more}
        {next && !next.mine && <span className="z-muted">此步骤由{one.actor}登记，您可查看</span>}
      </div>
    </section>
  )
}
