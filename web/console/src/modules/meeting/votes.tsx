import {
  EndMeetingVoteDocument, MeetingVotersDocument, optionsOf, PrepareMeetingVoteDocument, RemoveMeetingVoteDocument, StartMeetingVoteDocument,
  type MeetingBallotFragment, type MeetingFullFragment, type MeetingVoteRule,
} from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Checkbox, Form, Input, InputNumber, Pagination, Progress, Radio, Segmented } from 'antd'
import { WITHHELD } from '@zhibu/api/meeting-words'
import { useState } from 'react'
import { BarChart } from '../../kit/bar-chart'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useAction } from '../../kit/use-action'
import { useSubmit } from '../../kit/use-submit'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import type { Taking } from './meeting-page'
import { SECRET, voteRules, voteStates } from './words'

/** 投票: prepared beforehand or in the meeting, begun and ended by hand. `live` has the numbers of this moment. */
export function Votes({ one, onTaken, live }: Taking & { live: MeetingBallotFragment[] | null }) {
  const [editing, setEditing] = useState<MeetingBallotFragment | 'new' | null>(null)
  const [listed, setListed] = useState<MeetingBallotFragment | null>(null)
  const prepares = one.manages && ['DRAFT', 'PUBLISHED', 'RUNNING'].includes(one.meeting.state)
  return (
    <Section title="投票" extra={prepares && <Button type="primary" onClick={() => setEditing('new')}>新建投票</Button>}>
      {one.votes.length === 0
        ? <EmptyState text={prepares ? '还没有投票。可以提前准备，会议开始、人员签到后再发起。' : '本次会议没有投票'} />
        : (
          <ul className="z-meeting-votes" aria-label="投票">
            {one.votes.map((vote) => {
              const now = live?.find(({ id }) => id === vote.id)
              return <li key={vote.id}><Vote one={one} vote={now && now.version >= vote.version ? now : vote} onTaken={onTaken} onEdit={() => setEditing(vote)} onList={() => setListed(vote)} /></li>
            })}
          </ul>
        )}
      {editing && <VoteDrawer one={one} vote={editing === 'new' ? null : editing} onClose={() => setEditing(null)} onTaken={onTaken} />}
      {listed && <Voters vote={listed} onClose={() => setListed(null)} />}
    </Section>
  )
}

function Vote({ one, vote, onTaken, onEdit, onList }: Taking & { vote: MeetingBallotFragment; onEdit: () => void; onList: () => void }) {
  const { modal } = App.useApp()
  const confirm = useConfirmDanger()
  const start = useAction(async () => (await ask(StartMeetingVoteDocument, { id: vote.id })).meeting.startVote, { success: '投票已开始，到会人员的手机上立即出现', done: onTaken })
  const end = useAction(async () => (await ask(EndMeetingVoteDocument, { id: vote.id })).meeting.endVote, { success: '投票已结束', done: onTaken })
  const asksEnd = () => modal.confirm({
    title: `结束投票“${vote.title}”？`, okText: '结束投票', cancelText: '取消', okButtonProps: { danger: true }, autoFocusButton: 'cancel',
    content: `已投 ${vote.voted ?? 0} 人，共 ${vote.roll ?? 0} 人。${vote.secret && [1, 2].includes(vote.voted ?? 0) ? '投票不足3人，结束后选票不计票即删除，不能恢复。' : '结束后立即计票，不能再投，也不能重新开始。'}`, onOk: () => end.mutateAsync(undefined).catch(() => undefined),
  })
  const remove = () => confirm({
    title: '删除这项投票？', content: '投票还没有开始，删除后不能恢复。', okText: '删除',
    work: async () => onTaken((await ask(RemoveMeetingVoteDocument, { id: vote.id })).meeting.removeVote),
  })
  const running = one.meeting.state === 'RUNNING'
  return (
    <article aria-label={vote.title}>
      <header>
        <div>
          <h3>{vote.title}</h3>
          <p className="z-inline">
            <StatusTag dict={voteStates} value={vote.state} />
            <span className="z-muted">{voteRules[vote.rule].label} · {vote.secret ? '不记名' : '记名'}{vote.most > 1 ? ` · 最多选 ${vote.most} 项` : ''}{vote.endedAt ? ` · ${vote.endedBy ?? ''} 于 ${instant(vote.endedAt)} 结束` : ''}</span>
          </p>
        </div>
        {one.manages && (
          <div className="z-inline">
            {vote.state === 'PREPARED' && one.meeting.state !== 'FINISHED' && <Button onClick={onEdit}>编辑</Button>}
            {vote.state === 'PREPARED' && <Button danger onClick={remove}>删除</Button>}
            {vote.state === 'PREPARED' && running && <Button type="primary" loading={start.isPending} onClick={() => start.mutate(undefined)}>开始投票</Button>}
            {vote.state !== 'PREPARED' && <Button onClick={onList}>投票名单</Button>}
            {vote.state === 'OPEN' && <Button type="primary" danger loading={end.isPending} onClick={asksEnd}>结束投票</Button>}
          </div>
        )}
      </header>
      {vote.state === 'PREPARED' && <p>选项：{vote.options.join('、')}</p>}
      {vote.state === 'PREPARED' && one.manages && !running && <p className="z-muted">会议开始、人员签到后才能开始投票。</p>}
      {vote.state === 'OPEN' && (
        <div role="status">
          <p>已投 <b>{vote.voted ?? 0}</b> 人，共 {vote.roll ?? 0} 人；结束前不显示各选项票数。</p>
          <Progress percent={vote.roll ? Math.floor(((vote.voted ?? 0) * 100) / vote.roll) : 0} aria-label={`${vote.title}投票进度`} />
        </div>
      )}
      {vote.state === 'ENDED' && <Result vote={vote} />}
    </article>
  )
}

/** What came of a vote. */
export function Result({ vote }: { vote: MeetingBallotFragment }) {
  return (
    <>
      <p className="z-inline">
        {vote.quorum !== null && <span className={`z-tag z-tag--${vote.quorum ? 'ok' : 'bad'}`}>{vote.quorum ? '到会人数符合规定' : '到会人数不足，投票无效'}</span>}
        {vote.passed !== null && <span className={`z-tag z-tag--${vote.passed ? 'ok' : 'bad'}`}>{vote.passed ? '通过' : '未通过'}</span>}
        {vote.rule === 'ELECTION' && !vote.withheld && <span className={`z-tag z-tag--${vote.elected.length > 0 ? 'ok' : 'warn'}`}>{vote.elected.length > 0 ? `当选：${vote.elected.map((at) => vote.options[at]).join('、')}` : '无人当选'}</span>}
        <span className="z-muted">应到会有表决权 {vote.should ?? 0} 人，到会 {vote.roll ?? 0} 人，投票 {vote.voted ?? 0} 人</span>
      </p>
      {vote.withheld ? <Alert type="warning" showIcon title={WITHHELD} /> : <BarChart label={`${vote.title}的结果`} unit="票" bars={vote.options.map((label, at) => ({ key: String(at), label, value: vote.counts?.[at] ?? 0 }))} />}
    </>
  )
}

const SIZE = 50

/** The roll of a vote: in a secret one only who has voted. */
function Voters({ vote, onClose }: { vote: MeetingBallotFragment; onClose: () => void }) {
  const [which, setWhich] = useState<'all' | 'yes' | 'no'>('all')
  const [page, setPage] = useState(1)
  const voters = useQuery({
    queryKey: ['meeting', 'voters', vote.id, which, page],
    queryFn: async ({ signal }) => (await ask(MeetingVotersDocument, { vote: vote.id, first: SIZE, offset: (page - 1) * SIZE, voted: which === 'all' ? null : which === 'yes' }, signal)).meeting.voters,
    placeholderData: keepPreviousData, refetchInterval: vote.state === 'OPEN' ? 3000 : false,
  })
  return (
    <DetailDrawer open title={`投票名单：${vote.title}`} onClose={onClose} size={560}>
      {vote.secret && <Alert className="z-gap-bottom" type="info" showIcon title={SECRET} />}
      <Segmented className="z-gap-bottom" aria-label="查看" value={which} onChange={(next) => { setWhich(next as typeof which); setPage(1) }}
        options={[{ value: 'all', label: '全部' }, { value: 'no', label: '未投票' }, { value: 'yes', label: '已投票' }]} />
      <QueryBoundary query={voters}>
        {({ nodes, totalCount }) => (totalCount === 0 ? <EmptyState text="没有人" /> : (
          <>
            <ul className="z-rows" aria-label="投票名单">
              {nodes.map((voter) => (
                <li key={voter.person.id}>
                  <span>{voter.person.name}</span>
                  <span className="z-inline">
                    {!vote.secret && voter.chosen && <span>{voter.chosen.map((at) => vote.options[at]).join('、')}</span>}
                    <span className={`z-tag z-tag--${voter.voted ? 'ok' : 'off'}`}>{voter.voted ? '已投票' : '未投票'}</span>
                  </span>
                </li>
              ))}
            </ul>
            <Pagination current={page} pageSize={SIZE} total={totalCount} hideOnSinglePage showSizeChanger={false} onChange={setPage} />
          </>
        ))}
      </QueryBoundary>
    </DetailDrawer>
  )
}

interface Values { title: string; rule: MeetingVoteRule; secret: boolean; options: string[]; most: number }

function VoteDrawer({ one, vote, onClose, onTaken }: Taking & { vote: MeetingBallotFragment | null; onClose: () => void }) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const rule = Form.useWatch('rule', form) ?? vote?.rule ?? 'RESOLUTION'
  const free = rule === 'NONE' || rule === 'ELECTION'
  const { submit, busy, problem } = useSubmit<Values, MeetingFullFragment>(form, async (values) => (await ask(PrepareMeetingVoteDocument, {
    meeting: one.meeting.id, id: vote?.id ?? null, version: vote?.version ?? null,
    input: { title: values.title, rule: values.rule, secret: values.secret, options: free ? values.options : [], most: free ? values.most : 1 },
  })).meeting.prepareVote, (next) => { onTaken(next); void message.success('投票已保存'); onClose() })
  return (
    <DetailDrawer open title={vote ? '编辑投票' : '新建投票'} onClose={onClose} sticky size={600}>
      <Form<Values> form={form} name="vote" layout="vertical" onFinish={(values) => void submit(values)}
        initialValues={vote ? { title: vote.title, rule: vote.rule, secret: vote.secret, options: vote.options, most: vote.most } : { rule: 'RESOLUTION', secret: false, options: ['', ''], most: 1 }}>
        <Form.Item name="title" label="投票事项" rules={[{ required: true, whitespace: true, message: '请填写投票事项' }, { min: 2, message: '至少 2 个字' }]}>
          <Input.TextArea autoSize={{ minRows: 2 }} maxLength={200} showCount placeholder="如：关于通过支部年度工作总结的决议" />
        </Form.Item>
        <Form.Item name="rule" label="计票规则">
          <Radio.Group vertical>
            {optionsOf(voteRules).map(({ value, label }) => <Radio key={value} value={value}><b>{label}</b> <span className="z-muted">{voteRules[value].hint}</span></Radio>)}
          </Radio.Group>
        </Form.Item>
        <Form.Item name="secret" valuePropName="checked" extra={SECRET}><Checkbox>不记名投票</Checkbox></Form.Item>
        {!free && <p className="z-muted z-gap-bottom">选项固定为：赞成、反对、弃权。</p>}
        {free && (
          <>
            <Form.List name="options">{(fields, { add, remove }, { errors }) => (
              <fieldset className="z-vote">
                <legend>{rule === 'ELECTION' ? '候选人' : '选项'}</legend>
                {fields.map(({ key, name }) => (
                  <div key={key} className="z-meeting-option">
                    <Form.Item name={name} rules={[{ required: true, whitespace: true, message: '请填写' }]}><Input aria-label={`第${name + 1}项`} maxLength={60} autoComplete="off" /></Form.Item>
                    <Button aria-label={`移除第${name + 1}项`} disabled={fields.length <= 2} onClick={() => remove(name)}>移除</Button>
                  </div>
                ))}
                <Form.ErrorList errors={errors} />
                <Button disabled={fields.length >= 20} onClick={() => add('')}>添加一项</Button>
              </fieldset>
            )}</Form.List>
            <Form.Item name="most" label={rule === 'ELECTION' ? '应选人数（每人最多选几名）' : '每人最多选几项'} rules={[{ required: true, message: '请填写' }]}><InputNumber min={1} max={20} precision={0} /></Form.Item>
          </>
        )}
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>保存</Button></div>
      </Form>
    </DetailDrawer>
  )
}
