import { ElectorateDocument, HoldElectionDocument, type ElectionDetailFragment, type ElectionExcuse } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Form, InputNumber, Select } from 'antd'
import { DateField } from '../../kit/date-field'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import type { ActProps } from './act-drawers'
import { count } from './count'
import { MemberSelect } from './start-page'
import { acts, excuses } from './words'

type Key = 'should' | 'present' | 'issued' | 'returned' | 'valid'
type Vote = Record<'yes' | 'no' | 'abstain', number | null>
type Values = { on: string; excused?: { person: string; reason: ElectionExcuse }[]; candidates: Vote[] } & Record<Key, number | null>

const FIGURES: [Key, string][] = [['should', '应到会人数'], ['present', '实到会人数'], ['issued', '发出选票'], ['returned', '收回选票'], ['valid', '有效选票']]
const RESULTS = { elected: ['ok', '当选'], tied: ['warn', '票数相等，须重新投票'], lost: ['off', '未当选'] } as const

/** 登记选举结果: the ballots, checked while they are typed. */
export function ResultDrawer({ one, word, onClose, onTaken }: ActProps) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const who = useQuery({
    queryKey: ['leadership', 'electorate', one.organisation.id],
    queryFn: async ({ signal }) => (await ask(ElectorateDocument, { organisation: one.organisation.id }, signal)).leadership.electorate,
  })
  const { submit, busy, problem } = useSubmit<Values, ElectionDetailFragment>(
    form,
    async (values) => (await ask(HoldElectionDocument, {
      id: one.id, version: one.version,
      input: {
        on: values.on, should: values.should ?? 0, present: values.present ?? 0, issued: values.issued ?? 0, returned: values.returned ?? 0, valid: values.valid ?? 0,
        votes: one.candidates.map(({ id }, at) => ({ candidate: id, yes: values.candidates[at]?.yes ?? 0, no: values.candidates[at]?.no ?? 0, abstain: values.candidates[at]?.abstain ?? 0 })),
        uncounted: values.excused ?? [],
      },
    })).leadership.holdElection,
    (next) => {
      onTaken(next)
      void message.success('选举结果已登记')
      onClose()
    },
  )
  const typed = Form.useWatch([], form) as Values | undefined
  const number = (key: Key) => typed?.[key] ?? 0
  const result = number('should') > 0 && typed?.candidates.every((vote) => typeof vote?.yes === 'number')
    ? count(
        { should: number('should'), present: number('present'), issued: number('issued'), returned: number('returned'), valid: number('valid') },
        one.seats, one.candidates.map(({ post }, at) => ({ post, yes: typed.candidates[at]?.yes ?? 0, no: typed.candidates[at]?.no ?? 0, abstain: typed.candidates[at]?.abstain ?? 0 })),
      )
    : null
  const initial: Partial<Values> = {
    on: one.assemblyOn ?? today(), should: one.should, present: one.present, issued: one.issued, returned: one.returned, valid: one.valid,
    candidates: one.candidates.map(({ yes, no, abstain }) => ({ yes, no: no ?? 0, abstain: abstain ?? 0 })),
    excused: one.uncounted.flatMap(({ person, reason }) => (reason ? [{ person, reason }] : [])),
  }
  return (
    <DetailDrawer open title={acts.HOLD} onClose={onClose} sticky size={720}>
      <Form<Values> form={form} name="result" layout="vertical" initialValues={initial} onFinish={(values) => void submit(values)}>
        {who.data && (
          <Alert className="z-gap-bottom" type="info" showIcon
            title={`本组织有选举权的正式党员 ${who.data.eligible} 人；预备党员 ${who.data.probationary} 人、权利受限的党员 ${who.data.limited} 人没有选举权`}
            description={who.data.voteless.length > 0 && who.data.voteless.slice(0, 20).map(({ name, reason }) => `${name}（${reason}）`).join('、')} />
        )}
        <Form.Item name="on" label="选举大会日期" rules={[{ required: true, message: '请选择选举大会日期' }]}><DateField notAfter={today()} /></Form.Item>
        <fieldset className="z-vote">
          <legend>不计入应到会人数的党员</legend>
          <p className="z-muted">须经报告上级同意，并经党员大会通过。</p>
          <Form.List name="excused">{(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <div key={key} className="z-row">
                  <Form.Item name={[name, 'person']} label="党员" rules={[{ required: true, message: '请选择党员' }]}><MemberSelect label={`第${name + 1}名不计入的党员`} under={one.organisation.id} known={one.uncounted} /></Form.Item>
                  <Form.Item name={[name, 'reason']} label="原因" rules={[{ required: true, message: '请选择原因' }]}><Select aria-label={`第${name + 1}名不计入的原因`} options={[...excuses]} /></Form.Item>
                  <Button aria-label={`移除第${name + 1}名不计入的党员`} onClick={() => remove(name)}>移除</Button>
                </div>
              ))}
              <Button size="small" onClick={() => add({})}>添加</Button>
            </>
          )}</Form.List>
        </fieldset>
        <fieldset className="z-vote">
          <legend>到会和选票</legend>
          <p className="z-muted">实到会有选举权的党员须达到应到会的五分之四；赞成票超过实到会人数的一半为当选。</p>
          <div className="z-vote-numbers">
            {FIGURES.map(([key, label]) => (
              <Form.Item key={key} name={key} label={label} rules={[{ required: true, message: '请填写' }]}><InputNumber min={0} max={100000} precision={0} className="z-block" /></Form.Item>
            ))}
          </div>
        </fieldset>
        <fieldset className="z-vote">
          <legend>候选人得票</legend>
          {one.candidates.map((each, at) => {
            const verdict = result?.fault === undefined ? result?.results[at] : undefined
            return (
              <div key={each.id} className="z-ballot">
                <p><b>{each.name}</b> {word(each.post)} {verdict && <span className={`z-tag z-tag--${RESULTS[verdict][0]}`}>{RESULTS[verdict][1]}</span>}</p>
                <div className="z-vote-numbers">
                  {([['yes', '赞成'], ['no', '反对'], ['abstain', '弃权']] as const).map(([key, label]) => (
                    <Form.Item key={key} name={['candidates', at, key]} label={label} rules={key === 'yes' ? [{ required: true, message: '请填写' }] : []}>
                      <InputNumber aria-label={`${each.name}${label}票`} min={0} max={100000} precision={0} className="z-block" />
                    </Form.Item>
                  ))}
                </div>
              </div>
            )
          })}
          <div role="status" aria-label="选举结果">
            {result === null
              ? <span className="z-muted">填写人数和得票后自动计算结果</span>
              : result.fault !== undefined
                ? <Alert type="error" showIcon title={result.fault} />
                : !result.quorum
                  ? <Alert type="error" showIcon title={`实到 ${number('present')} 人，不足应到会 ${number('should')} 人的五分之四，不能进行选举`} />
                  : <Alert type={result.results.includes('elected') ? 'success' : 'warning'} showIcon title={`赞成票超过 ${Math.floor(number('present') / 2)} 票为当选：当选 ${result.results.filter((each) => each === 'elected').length} 人${result.results.includes('tied') ? '，有票数相等的候选人须重新投票' : ''}`} />}
          </div>
        </fieldset>
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>登记</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}
