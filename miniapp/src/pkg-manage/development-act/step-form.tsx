import { View } from '@tarojs/components'
import { peopleLabels, voteRules } from '@zhibu/api/development-words'
import { CompleteStepDocument } from '@zhibu/api/documents/development'
import type { ConversionDecision, DevelopmentActInput, MiniCaseQuery, VoteRule } from '@zhibu/api/generated'
import { tally, type Ballot } from '@zhibu/api/vote'
import { Choices, DayField, Field, LongField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { dayWords, today } from '@/lib/days'
import { confirm, done, tell, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { Finder, sources, type Chosen } from '../finder'
import { Papers } from '../papers'

type File = MiniCaseQuery['development']['case']
type Look = File['steps'][number]
type Counts = Record<keyof Ballot, string>
interface Form {
  on: string; result: 'yes' | 'no'; decision: ConversionDecision; months: string; people: Chosen[]; days: string; hours: string; formNo: string
  noticeFrom: string; noticeTo: string; place: string; ballot: Counts; confirmed: string[]; early: string; note: string
}
const EMPTY: Form = {
  on: '', result: 'yes', decision: 'CONVERT', months: '', people: [], days: '', hours: '', formNo: '', noticeFrom: '', noticeTo: '', place: '',
  ballot: { should: '', present: '', yes: '', written: '', no: '', abstain: '' }, confirmed: [], early: '', note: '',
}
const COUNTS: [keyof Ballot, string][] = [['should', '应到会人数'], ['present', '实到会人数'], ['yes', '赞成票'], ['written', '会前书面赞成'], ['no', '反对票'], ['abstain', '弃权票']]
const DECISIONS: { key: ConversionDecision; label: string }[] = [{ key: 'CONVERT', label: '按期转正' }, { key: 'EXTEND', label: '延长预备期' }, { key: 'CANCEL', label: '取消预备党员资格' }]
const RESULTS = [{ key: 'yes', label: '通过' }, { key: 'no', label: '未通过' }] as const
const number = (text: string): number => Number(text) || 0
const ballotOf = (counts: Counts): Ballot => ({
  should: number(counts.should), present: number(counts.present), yes: number(counts.yes), written: number(counts.written), no: number(counts.no), abstain: number(counts.abstain),
})

/** Only what this step asks for is sent. */
const inputOf = (look: Look, form: Form): DevelopmentActInput => ({
  on: form.on, failed: look.mayFail && form.result === 'no', note: form.note.trim() || null,
  ...(look.decision ? { decision: form.decision, ...(form.decision === 'EXTEND' ? { months: number(form.months) } : {}) } : {}),
  ...(look.people ? { people: form.people.map(({ id }) => id) } : {}),
  ...(look.training ? { days: form.days ? number(form.days) : null, hours: form.hours ? number(form.hours) : null } : {}),
  ...(look.formNo ? { formNo: form.formNo.trim() || null } : {}),
  ...(look.notice !== null && look.notice !== undefined ? { noticeFrom: form.noticeFrom || null, noticeTo: form.noticeTo || null } : {}),
  ...(look.place ? { place: form.place.trim() || null } : {}),
  ...(look.vote ? { ballot: ballotOf(form.ballot) } : {}),
  ...(look.confirmations.length ? { confirmed: form.confirmed } : {}),
  ...(look.shortens ? { early: form.early.trim() || null } : {}),
})

interface Props { file: File; look: Look; title: string; entries: MiniCaseQuery['system']['dictionary']; reload: () => Promise<void>; onEnd: () => void }

/** A step with everything it asks for; the vote is counted while it is typed. */
export function StepForm({ file, look, title, entries, reload, onEnd }: Props) {
  const start = { ...EMPTY, on: look.earliest && look.earliest > today() ? '' : today() }
  const { value: form, change, forget, restored } = useDraft<Form>(`development.${file.case.id}.${look.no}`, start)
  const action = useAction()
  const failed = look.mayFail && form.result === 'no'
  const [least = 1, most = 1] = look.people ?? []
  const notice = look.notice !== null && look.notice !== undefined
  const lacking = [
    form.on ? null : '办理日期',
    look.people && (form.people.length < least || form.people.length > most) ? peopleLabels[look.no] ?? '人员' : null,
    look.training && !form.days && !form.hours ? '集中培训时间' : null,
    look.formNo && !failed && !form.formNo.trim() ? '入党志愿书编号' : null,
    notice && (!form.noticeFrom || !form.noticeTo) ? '公示时间' : null,
    look.place && !form.place.trim() ? '档案存放地点' : null,
    look.vote && (!form.ballot.should || !form.ballot.present || !form.ballot.yes) ? '表决情况' : null,
    look.decision && form.decision === 'EXTEND' && !form.months ? '延长时间' : null,
    look.confirmations.length && !failed && form.confirmed.length < look.confirmations.length ? '逐项确认' : null,
  ].filter((words) => words !== null)
  const save = async () => {
    if (failed && !(await confirm('登记未通过', '登记“未通过”后，档案按规定退回或结束，不能撤销。', '登记'))) return
    const vote = look.vote ? tally(look.vote, ballotOf(form.ballot)) : null
    if (vote && vote.fault === undefined && !vote.passed && !(await confirm('表决未通过', '登记后，档案按规定退回或结束，不能撤销。', '登记'))) return
    if (look.decision && form.decision === 'CANCEL' && !(await confirm('取消预备党员资格', '登记后不能撤销。', '登记'))) return
    await action.run(async () => {
      const next = (await ask(CompleteStepDocument, { id: file.case.id, version: file.case.version, step: look.no, input: inputOf(look, form) })).development.complete
      forget()
      const passed = next.steps.find(({ no }) => no === look.no)?.on !== null || next.timeline[0]?.failed === false
      if (passed) done(`已登记第 ${look.no} 步`)
      else tell(`已登记第 ${look.no} 步：未通过`)
      onEnd()
    })
  }
  const toggle = (key: string) => change({ confirmed: form.confirmed.includes(key) ? form.confirmed.filter((one) => one !== key) : [...form.confirmed, key] })
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      <Card title={`${file.case.name}：${title}`}>
        <DayField label="办理日期" must value={form.on} onChange={(on) => change({ on })} fault={action.faultOf('on')}
          hint={look.earliest ? `最早 ${dayWords(look.earliest)}${look.latest ? `，最迟 ${dayWords(look.latest)}` : ''}` : look.latest ? `最迟 ${dayWords(look.latest)}` : undefined} />
        {look.no === 13 && file.quota ? <View className="soft">{file.quota.organisation.shortName} {file.quota.year} 年发展计划 {file.quota.places ?? '未下达'}{file.quota.places === null || file.quota.places === undefined ? '' : ' 名'}，已使用 {file.quota.used} 名</View> : null}
        {look.mayFail ? <Field label="结果"><Choices options={[...RESULTS]} value={form.result} onChange={(result) => change({ result })} /></Field> : null}
        {look.decision ? <Field label="支部大会的决定" must fault={action.faultOf('decision')}><Choices options={DECISIONS} value={form.decision} onChange={(decision) => change({ decision })} /></Field> : null}
        {look.decision && form.decision === 'EXTEND' ? <TextField label="延长时间（月）" must type="number" max={2} hint="6 至 12 个月，只能延长一次" value={form.months} onChange={(months) => change({ months })} fault={action.faultOf('months')} /> : null}
        {look.people ? <Finder label={peopleLabels[look.no] ?? '人员'} must hint={`${least === most ? least : `${least} 至 ${most}`} 名正式党员`} source={sources.full} chosen={form.people} most={most} onChange={(people) => change({ people })} fault={action.faultOf('people')} /> : null}
        {look.training ? (
          <>
            <TextField label="培训天数" type="number" max={3} hint="不少于 3 天或 24 学时，填写一项即可" value={form.days} onChange={(days) => change({ days })} fault={action.faultOf('days')} />
            <TextField label="培训学时" type="number" max={3} value={form.hours} onChange={(hours) => change({ hours })} fault={action.faultOf('hours')} />
          </>
        ) : null}
        {look.formNo ? <TextField label="入党志愿书编号" must={!failed} max={40} value={form.formNo} onChange={(formNo) => change({ formNo })} fault={action.faultOf('formNo')} /> : null}
        {notice ? (
          <>
            <DayField label="公示开始" must hint={`不少于 ${look.notice} 个工作日（不含周末和节假日）`} value={form.noticeFrom} onChange={(noticeFrom) => change({ noticeFrom })} fault={action.faultOf('noticeFrom')} />
            <DayField label="公示结束" must value={form.noticeTo} onChange={(noticeTo) => change({ noticeTo })} fault={action.faultOf('noticeTo')} />
          </>
        ) : null}
        {look.place ? <TextField label="档案存放地点" must max={60} value={form.place} onChange={(place) => change({ place })} fault={action.faultOf('place')} /> : null}
      </Card>
      {look.vote ? <Vote rule={look.vote} counts={form.ballot} onChange={(ballot) => change({ ballot })} faultOf={action.faultOf} /> : null}
      {look.confirmations.length ? (
        <Card title="请逐项确认">
          {look.confirmations.map(({ key, words }) => (
            <View key={key} className="row" role="checkbox" aria-checked={form.confirmed.includes(key)} onClick={() => toggle(key)}><View className="row-text">{words}</View><View className="pick">{form.confirmed.includes(key) ? '✓ 已确认' : '确认'}</View></View>
          ))}
          {action.faultOf('confirmed') ? <View className="bad" role="alert">{action.faultOf('confirmed')}</View> : null}
        </Card>
      ) : null}
      <Card>
        {look.shortens ? <LongField label="提前的理由" max={200} hint={`满 3 个月、确已成熟的，可在${look.earliest ? dayWords(look.earliest) : '规定日期'}之前办理；不提前的不用填写`} value={form.early} onChange={(early) => change({ early })} fault={action.faultOf('early')} /> : null}
        <LongField label="说明" max={500} value={form.note} onChange={(note) => change({ note })} fault={action.faultOf('note')} />
      </Card>
      {look.documents.length ? <Card title="材料"><View className="soft">涉密文件不得上传。PDF、Word 文件请在电脑上上传。</View><Papers file={file} look={look} entries={entries} onChange={reload} /></Card> : null}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={lacking.length > 0} onPress={() => void save()}>登记</Press>
      {lacking.length ? <View className="card soft">还要填写：{lacking.join('、')}</View> : null}
      <Press plain onPress={() => { forget(); onEnd() }}>取消</Press>
    </>
  )
}

function Vote({ rule, counts, onChange, faultOf }: { rule: VoteRule; counts: Counts; onChange: (counts: Counts) => void; faultOf: (field: string) => string | null }) {
  const ballot = ballotOf(counts)
  const result = ballot.should > 0 ? tally(rule, ballot) : null
  const [tone, words] = result === null ? ['soft', '填写人数后自动计算结果']
    : result.fault !== undefined ? ['bad', result.fault]
      : !result.quorum ? ['bad', `到会 ${ballot.present} 人，未达到规定人数，会议不能表决`]
        : [result.passed ? 'note ok' : 'note', `赞成 ${ballot.yes + ballot.written} 票，须达到 ${result.needed} 票：${result.passed ? '通过' : '未通过'}`]
  return (
    <Card title="表决情况">
      <View className="soft">{voteRules[rule]}</View>
      {COUNTS.filter(([key]) => key !== 'written' || rule === 'ASSEMBLY').map(([key, label]) => (
        <TextField key={key} label={label} must={['should', 'present', 'yes'].includes(key)} type="number" max={6} value={counts[key]} onChange={(typed) => onChange({ ...counts, [key]: typed })} />
      ))}
      {faultOf('ballot') ? <View className="bad" role="alert">{faultOf('ballot')}</View> : null}
      <View className={tone} role="status">{words}</View>
    </Card>
  )
}
