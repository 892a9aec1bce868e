import { ElectionFileDocument, WithdrawElectionDocument, type ElectionAct, type ElectionDetailFragment, type ElectionPaper, type ElectionState } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Steps } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { Section } from '../../kit/detail-drawer'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useEntries, wordFrom } from '../../kit/use-dictionary'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import { ReplyDrawer, ReportDrawer, RequestDrawer } from './act-drawers'
import { Papers } from './papers'
import { ResultDrawer } from './result-drawer'
import { acts, excuses, kinds, states } from './words'
import '../../styles/leadership.css'

const WAY: ElectionState[] = ['DRAFT', 'REQUESTED', 'REPLIED', 'HELD', 'REPORTED', 'CONFIRMED']
const SHORT: ElectionState[] = ['DRAFT', 'REQUESTED', 'CONFIRMED']
const NEXT: Record<ElectionState, string> = {
  DRAFT: '下一步：上传请示，上报上级党组织', REQUESTED: '等待上级党组织批复', REPLIED: '下一步：召开选举大会，登记选举结果', HELD: '下一步：上传选举结果报告，报告上级党组织',
  REPORTED: '等待上级党组织批准选举结果', CONFIRMED: '已办结', REFUSED: '上级党组织未批准', WITHDRAWN: '已撤回',
}
/** Who adds which papers at which step. */
const OPEN: Record<ElectionState, { kinds: ElectionPaper[]; by: ElectionAct }[]> = {
  DRAFT: [{ kinds: ['REQUEST', 'OTHER'], by: 'REQUEST' }], REQUESTED: [{ kinds: ['REPLY'], by: 'APPROVE' }], REPLIED: [{ kinds: ['BALLOT', 'REPORT', 'OTHER'], by: 'HOLD' }],
  HELD: [{ kinds: ['BALLOT', 'REPORT', 'OTHER'], by: 'REPORT' }], REPORTED: [{ kinds: ['RESULT_REPLY'], by: 'CONFIRM' }], CONFIRMED: [], REFUSED: [], WITHDRAWN: [],
}

/** One election, from the request to the confirmed result. */
export default function ElectionPage() {
  const { id = '' } = useParams()
  const link = useLink()
  const queries = useQueryClient()
  const key = ['leadership', 'election', id]
  const file = useQuery({ queryKey: key, queryFn: async ({ signal }) => (await ask(ElectionFileDocument, { id }, signal)).leadership.election })
  const one = file.data
  return (
    <Page title={one ? `${one.organisation.shortName}${kinds[one.kind].label}` : '换届'} menu="org.leadership"
      parents={one ? [{ title: `${one.organisation.shortName}班子`, to: `/org/leadership/${one.organisation.id}` }] : []}>
      <QueryBoundary query={file} back={<Link to={link('/org/leadership')}><Button type="primary">返回列表</Button></Link>}>
        {(data) => <File one={data} onTaken={(next) => {
          queries.setQueryData(key, next)
          void queries.invalidateQueries({ queryKey: ['leadership'], predicate: ({ queryKey }) => queryKey[1] !== 'election' })
        }} />}
      </QueryBoundary>
    </Page>
  )
}

function File({ one, onTaken }: { one: ElectionDetailFragment; onTaken: (next: ElectionDetailFragment) => void }) {
  const link = useLink()
  const confirm = useConfirmDanger()
  const entries = useEntries(['post', 'post_end_reason'])
  const word = (code: string | null) => wordFrom(entries.data, 'post', code)
  const [acting, setActing] = useState<ElectionAct | null>(null)
  const way = one.kind === 'POSTPONED' || one.kind === 'APPOINTMENT' ? SHORT : WAY
  const may = (act: ElectionAct) => one.acts.includes(act)
  const drawer = { one, word, onClose: () => setActing(null), onTaken }
  const withdraw = () => confirm({
    title: '撤回此次换届？', content: '撤回后记录保留，可以重新新建。', okText: '撤回', reason: '撤回原因',
    work: async (reason) => onTaken((await ask(WithdrawElectionDocument, { id: one.id, version: one.version, reason })).leadership.withdrawElection),
  })
  const shown: ElectionPaper[] = ['REQUEST', 'REPLY', 'BALLOT', 'REPORT', 'RESULT_REPLY', 'OTHER']
  const adding = OPEN[one.state].find(({ by }) => may(by))?.kinds ?? []
  const rest = shown.filter((kind) => !adding.includes(kind) && one.documents.some((paper) => paper.kind === kind))
  return (
    <>
      <section className="z-card z-next" aria-label="当前进度">
        <p className="z-inline"><StatusTag dict={states} value={one.state} /><b className="z-next-step">{NEXT[one.state]}</b></p>
        {way.includes(one.state) && <Steps size="small" responsive className="z-gap-bottom" current={one.state === 'CONFIRMED' ? way.length : way.indexOf(one.state)} items={way.map((state) => ({ title: states[state].label }))} />}
        {one.warnings.map((words) => <Alert key={words} className="z-gap-bottom" type="warning" showIcon title={words} />)}
        {one.replyNote && <p>{one.state === 'WITHDRAWN' ? '撤回原因' : '批复意见'}：{one.replyNote}</p>}
        <div className="z-inline">
          {may('REQUEST') && <Button type="primary" onClick={() => setActing('REQUEST')}>{acts.REQUEST}</Button>}
          {may('APPROVE') && <Button type="primary" onClick={() => setActing('APPROVE')}>{acts.APPROVE}</Button>}
          {may('HOLD') && <Button type={one.state === 'REPLIED' ? 'primary' : 'default'} onClick={() => setActing('HOLD')}>{one.state === 'HELD' ? '更正选举结果' : acts.HOLD}</Button>}
          {may('REPORT') && <Button type="primary" onClick={() => setActing('REPORT')}>{acts.REPORT}</Button>}
          {may('CONFIRM') && <Button type="primary" onClick={() => setActing('CONFIRM')}>{acts.CONFIRM}</Button>}
          {may('REFUSE') && <Button danger onClick={() => setActing('REFUSE')}>{acts.REFUSE}</Button>}
          {may('EDIT') && <Link to={link(`/org/leadership/elections/${one.id}/edit`)}><Button>{acts.EDIT}</Button></Link>}
          {may('WITHDRAW') && <Button onClick={withdraw}>{acts.WITHDRAW}</Button>}
        </div>
      </section>
      {(adding.length > 0 || rest.length > 0) && (
        <Section title="材料">
          {adding.length > 0 && <Papers election={one} kinds={adding} may onTaken={onTaken} />}
          {rest.length > 0 && <Papers election={one} kinds={rest} may={false} onTaken={onTaken} />}
          {adding.length > 0 && <p className="z-muted">PDF、图片、Word 或 Excel，每个不超过 20MB。涉密文件不得上传。</p>}
        </Section>
      )}
      <Section title="基本情况"><Facts one={one} /></Section>
      {one.candidates.length > 0 && <Section title={one.kind === 'APPOINTMENT' ? '任命人选' : '候选人和选举结果'}><Candidates one={one} word={word} /></Section>}
      {one.uncounted.length > 0 && (
        <Section title="不计入应到会人数的党员">
          <ul>{one.uncounted.map(({ person, name, reason }) => <li key={person}>{name}：{excuses.find(({ value }) => value === reason)?.label}</li>)}</ul>
        </Section>
      )}
      {acting === 'REQUEST' && <RequestDrawer {...drawer} />}
      {(acting === 'APPROVE' || acting === 'REFUSE' || acting === 'CONFIRM') && <ReplyDrawer act={acting} {...drawer} />}
      {acting === 'HOLD' && <ResultDrawer {...drawer} />}
      {acting === 'REPORT' && <ReportDrawer {...drawer} />}
    </>
  )
}

function Facts({ one }: { one: ElectionDetailFragment }) {
  const rows: [string, string | null][] = [
    ['事由', one.reason], ['本届届满', one.state !== 'CONFIRMED' && one.oldEnd ? day(one.oldEnd) : null], ['拟召开大会', one.plannedOn && day(one.plannedOn)], ['拟延期至', one.postponedTo && day(one.postponedTo)],
    ['请示', one.requestedOn && `${day(one.requestedOn)} ${one.requestNo ?? ''}`], ['批复', one.repliedOn && `${day(one.repliedOn)} ${one.replyNo ?? ''}`],
    ['选举大会', one.assemblyOn && day(one.assemblyOn)],
    ['到会', one.should === null ? null : `应到 ${one.should} 人，实到 ${one.present} 人`],
    ['选票', one.issued === null ? null : `发出 ${one.issued} 张，收回 ${one.returned} 张，有效 ${one.valid} 张`],
    ['分工会议', one.division && `${day(one.division.on)}，到会 ${one.division.present} 人，赞成 ${one.division.yes}，反对 ${one.division.no}，弃权 ${one.division.abstain}`],
    ['报告', one.reportedOn && day(one.reportedOn)], ['批准', one.confirmedOn && `${day(one.confirmedOn)} ${one.confirmNo ?? ''}`],
    ['新一届任期', one.termStart && `${day(one.termStart)} 至 ${day(one.termEnd)}`],
  ]
  return <dl className="z-facts">{rows.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
}

function Candidates({ one, word }: { one: ElectionDetailFragment; word: (code: string | null) => string }) {
  const voted = one.candidates.some(({ yes }) => yes !== null)
  return (
    <>
      <p className="z-muted">名额：{one.seats.map(({ post, seats }) => `${word(post)} ${seats} 人`).join('，')}{voted && '。无记名投票，系统只记录票数，不记录谁投了谁。'}</p>
      <ul className="z-team" aria-label="候选人">
        {one.candidates.map((each) => (
          <li key={each.id}>
            <b>{each.name}</b><span>{word(each.post)}{each.duty && each.duty !== each.post && `，分工：${word(each.duty)}`}</span>
            <span>{each.yes === null ? '' : `赞成 ${each.yes}，反对 ${each.no}，弃权 ${each.abstain}`}</span>
            <span>{each.elected === null ? '' : each.elected ? <span className="z-tag z-tag--ok">当选</span> : each.tied ? <span className="z-tag z-tag--warn">票数相等，须重新投票</span> : <span className="z-tag z-tag--off">未当选</span>}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
