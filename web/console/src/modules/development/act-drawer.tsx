import { CompleteStepDocument, FullMembersDocument, type DevelopmentActInput, type DevelopmentDetailFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Checkbox, Form, Input, InputNumber, Radio, Select } from 'antd'
import { useState } from 'react'
import { DateField } from '../../kit/date-field'
import { DetailDrawer } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { useSettled } from '../../kit/use-settled'
import { useSubmit } from '../../kit/use-submit'
import { day, today } from '../../kit/words'
import { ask } from '../../net/ask'
import type { Guide } from './case-page'
import { Papers } from './step-row'
import { QuotaHint } from './quota-hint'
import { tally } from '@zhibu/api/vote'
import { peopleLabels, voteRules } from '@zhibu/api/development-words'

type Look = DevelopmentDetailFragment['steps'][number]
type Values = Omit<DevelopmentActInput, 'ballot' | 'failed'> & { ballot?: Record<'should' | 'present' | 'yes' | 'written' | 'no' | 'abstain', number | null>; failed?: 'yes' | 'no' }

interface ActDrawerProps {
  guide: Guide
  look: Look
  file: DevelopmentDetailFragment
  word: (kind: string, code: string) => string
  onClose: () => void
  onTaken: (file: DevelopmentDetailFragment) => void
}

const COUNTS = [
  ['should', '应到会人数'], ['present', '实到会人数'], ['yes', '赞成票'], ['written', '会前书面赞成'], ['no', '反对票'], ['abstain', '弃权票'],
] as const

const inputOf = ({ ballot, failed, ...values }: Values): DevelopmentActInput => ({
  ...values,
  failed: failed === 'no',
  ...(ballot ? { ballot: { should: ballot.should ?? 0, present: ballot.present ?? 0, yes: ballot.yes ?? 0, written: ballot.written ?? 0, no: ballot.no ?? 0, abstain: ballot.abstain ?? 0 } } : {}),
})

/** 登记步骤: everything a step asks for, with the vote counted while it is typed. */
export function ActDrawer({ guide, look, file, word, onClose, onTaken }: ActDrawerProps) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const { submit, busy, problem } = useSubmit<Values, DevelopmentDetailFragment>(
    form,
    async (values) => (await ask(CompleteStepDocument, { id: file.case.id, version: file.case.version, step: look.no, input: inputOf(values) })).development.complete,
    (next) => {
      onTaken(next)
      const passed = next.steps.find(({ no }) => no === look.no)?.on !== null || next.timeline[0]?.failed === false
      if (passed) void message.success(`已登记第 ${look.no} 步`)
      else void message.warning(`已登记第 ${look.no} 步：未通过`, 6)
      onClose()
    },
  )
  const failed = Form.useWatch('failed', form)
  const decision = Form.useWatch('decision', form)
  const papers = file.documents.filter((paper) => paper.step === look.no && !paper.past)
  return (
    <DetailDrawer open title={`登记第 ${look.no} 步 ${guide.title}`} onClose={onClose} sticky size={640}>
      <Form<Values> form={form} name="act" layout="vertical" onFinish={(values) => void submit(values)} initialValues={{ on: look.earliest && look.earliest > today() ? undefined : today(), failed: 'yes', decision: look.decision ? 'CONVERT' : undefined }}>
        <Form.Item name="on" label="办理日期" extra={look.earliest ? `最早 ${day(look.earliest)}${look.latest ? `，最迟 ${day(look.latest)}` : ''}` : look.latest ? `最迟 ${day(look.latest)}` : undefined} rules={[{ required: true, message: '请选择办理日期' }]}>
          <DateField notAfter={today()} {...(look.earliest && !look.shortens ? { notBefore: look.earliest } : {})} />
        </Form.Item>
        {look.no === 13 && file.quota && <QuotaHint quota={file.quota} />}
        {look.mayFail && (
          <Form.Item name="failed" label="结果">
            <Radio.Group options={[{ value: 'yes', label: '通过' }, { value: 'no', label: '未通过' }]} />
          </Form.Item>
        )}
        {failed === 'no' && <Alert className="z-gap-bottom" type="warning" showIcon title="登记“未通过”后，档案按规定退回或结束，不能撤销。" />}
        {look.decision && (
          <Form.Item name="decision" label="支部大会的决定" rules={[{ required: true, message: '请选择支部大会的决定' }]}>
            <Radio.Group options={[{ value: 'CONVERT', label: '按期转正' }, { value: 'EXTEND', label: '延长预备期' }, { value: 'CANCEL', label: '取消预备党员资格' }]} />
          </Form.Item>
        )}
        {decision === 'EXTEND' && (
          <Form.Item name="months" label="延长时间（月）" extra="6 至 12 个月，只能延长一次" rules={[{ required: true, message: '请填写延长时间' }]}>
            <InputNumber min={6} max={12} precision={0} />
          </Form.Item>
        )}
        {look.people && <People range={look.people} label={peopleLabels[look.no] ?? '人员'} />}
        {look.training && (
          <Form.Item label="集中培训时间" extra="不少于 3 天或 24 学时，填写一项即可" required>
            <span className="z-inline">
              <Form.Item name="days" noStyle><InputNumber aria-label="培训天数" min={0} precision={0} suffix="天" /></Form.Item>
              <Form.Item name="hours" noStyle><InputNumber aria-label="培训学时" min={0} precision={0} suffix="学时" /></Form.Item>
            </span>
          </Form.Item>
        )}
        {look.formNo && <Form.Item name="formNo" label="入党志愿书编号" rules={[{ required: failed !== 'no', whitespace: true, message: '请填写入党志愿书编号' }]}><Input maxLength={40} /></Form.Item>}
        {look.notice !== null && (
          <div className="z-columns">
            <Form.Item name="noticeFrom" label="公示开始" extra={`不少于 ${look.notice} 个工作日（不含周末和节假日）`} rules={[{ required: true, message: '请选择公示开始日期' }]}><DateField notAfter={today()} /></Form.Item>
            <Form.Item name="noticeTo" label="公示结束" rules={[{ required: true, message: '请选择公示结束日期' }]}><DateField notAfter={today()} /></Form.Item>
          </div>
        )}
        {look.place && <Form.Item name="place" label="档案存放地点" rules={[{ required: true, whitespace: true, message: '请填写档案存放地点' }]}><Input maxLength={60} /></Form.Item>}
        {look.vote && <Vote rule={look.vote} />}
        {look.confirmations.length > 0 && (
          <Form.Item name="confirmed" label="请逐项确认" rules={failed === 'no' ? [] : [{ validator: (_rule, value: string[] | undefined) => (value?.length === look.confirmations.length ? Promise.resolve() : Promise.reject(new Error('请逐项确认'))) }]}>
            <Checkbox.Group className="z-confirmations" options={look.confirmations.map(({ key, words }) => ({ value: key, label: words }))} />
          </Form.Item>
        )}
        {look.shortens && <Form.Item name="early" label="提前的理由" extra={`满 3 个月、确已成熟的，可在 ${look.earliest ? day(look.earliest) : '规定日期'} 之前办理；不提前的不用填写`}><Input.TextArea rows={2} maxLength={200} /></Form.Item>}
        <Form.Item name="note" label="说明"><Input.TextArea rows={2} maxLength={500} /></Form.Item>
        {look.documents.length > 0 && (
          <Form.Item label="材料" extra="PDF、图片、Word 或 Excel，每个不超过 20MB。涉密文件不得上传。">
            <Papers {...{ guide, look, file, word, papers, onTaken }} />
          </Form.Item>
        )}
        <div className="z-actions">
          <FormProblem problem={problem} />
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>登记</Button>
        </div>
      </Form>
    </DetailDrawer>
  )
}

/** The numbers of a vote, and what comes of them as the rules have it. */
function Vote({ rule }: { rule: NonNullable<Look['vote']> }) {
  const form = Form.useFormInstance()
  const typed = Form.useWatch('ballot', form) as Values['ballot']
  const whole = { should: 0, present: 0, yes: 0, written: 0, no: 0, abstain: 0 }
  for (const [key] of COUNTS) whole[key] = typed?.[key] ?? 0
  const result = whole.should > 0 ? tally(rule, whole) : null
  return (
    <fieldset className="z-vote">
      <legend>表决情况</legend>
      <p className="z-muted">{voteRules[rule]}</p>
      <div className="z-vote-numbers">
        {COUNTS.filter(([key]) => key !== 'written' || rule === 'ASSEMBLY').map(([key, label]) => (
          <Form.Item key={key} name={['ballot', key]} label={label} rules={['should', 'present', 'yes'].includes(key) ? [{ required: true, message: '请填写' }] : []}>
            <InputNumber min={0} max={100000} precision={0} className="z-block" />
          </Form.Item>
        ))}
      </div>
      <div role="status" aria-label="表决结果">
        {result === null
          ? <span className="z-muted">填写人数后自动计算结果</span>
          : result.fault !== undefined
            ? <Alert type="error" showIcon title={result.fault} />
            : !result.quorum
              ? <Alert type="error" showIcon title={`到会 ${whole.present} 人，未达到规定人数，会议不能表决`} />
              : <Alert type={result.passed ? 'success' : 'warning'} showIcon title={`赞成 ${whole.yes + whole.written} 票，须达到 ${result.needed} 票：${result.passed ? '通过' : '未通过'}`} />}
      </div>
    </fieldset>
  )
}

/** Full members to choose, by name; those who are known have their names from the start. */
export function People({ range, label, known = [] }: { range: number[]; label: string; known?: readonly { value: string; label: string }[] }) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['development', 'full-members', search],
    queryFn: async ({ signal }) => (await ask(FullMembersDocument, { search: search || null, under: null }, signal)).directory.members.nodes,
  })
  const [least = 1, most = 1] = range
  const many = least === most ? `${least}` : `${least} 至 ${most}`
  return (
    <Form.Item name="people" label={label} extra={`${many} 名正式党员`} rules={[{
      validator: (_rule, value: string[] | undefined) => ((value?.length ?? 0) >= least && (value?.length ?? 0) <= most ? Promise.resolve() : Promise.reject(new Error(`请选择 ${many} 名正式党员`))),
    }]}>
      <Select
        mode="multiple" maxCount={most} placeholder="输入姓名查找" loading={found.isFetching} notFoundContent={found.isFetching ? '正在查找…' : '没有找到正式党员'}
        showSearch={{ filterOption: false, searchValue: typed, onSearch: setTyped }}
        options={[...(found.data ?? []).map((one) => ({ value: one.id, label: `${one.name}（${one.branch.shortName}）` })), ...known.filter(({ value }) => !found.data?.some(({ id }) => id === value))]}
      />
    </Form.Item>
  )
}
