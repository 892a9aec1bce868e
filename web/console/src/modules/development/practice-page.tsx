import { DevelopmentPracticesDocument, SetDevelopmentPracticeDocument, type DevelopmentPracticeInput, type DevelopmentPracticeRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Form, InputNumber, Radio, Select } from 'antd'
import { useNavigate } from 'react-router'
import { DateField } from '../../kit/date-field'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { noticeSteps, quotaRules } from '@zhibu/api/development-words'

interface Values extends Omit<DevelopmentPracticeInput, 'deadlines' | 'noticeStep'> { noticeStep: number; months: Record<string, number> }

const inputOf = ({ months, noticeStep, ...values }: Values): DevelopmentPracticeInput => ({
  ...values,
  noticeStep: noticeStep || null,
  deadlines: Object.entries(months).map(([step, count]) => ({ step: Number(step), months: count })),
})

/** 调整设置: what is to hold from a day on, beginning with what holds now. */
export default function PracticePage() {
  const practices = useQuery({
    queryKey: ['development', 'practices'],
    queryFn: async ({ signal }) => (await ask(DevelopmentPracticesDocument, {}, signal)).development.practices,
  })
  return (
    <Page title="调整设置" menu="member.development" parents={[{ title: '发展设置', to: '/member/development/settings' }]} hint="申请满月数和公示，按办理当天的设置；期限和政治审查有效期，按开始计算那天的设置。已经办理的步骤不受影响。">
      <QueryBoundary query={practices}>{(rows) => rows.filter(({ current }) => current).map((now) => <Fields key="now" now={now} />)}</QueryBoundary>
    </Page>
  )
}

function Fields({ now }: { now: DevelopmentPracticeRowFragment }) {
  const [form] = Form.useForm<Values>()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const back = () => void navigate(link('/member/development/settings'))
  const noticeStep = Form.useWatch('noticeStep', form)
  return (
    <FormPage<Values, unknown>
      name="development-practice" form={form} draft="development-practice" withheld="" submitText="保存" onCancel={back}
      initialValues={{
        since: today(), waitMonths: now.waitMonths, reviewMonths: now.reviewMonths, noticeStep: now.noticeStep ?? 0, noticeDays: now.noticeDays, quota: now.quota,
        months: Object.fromEntries(now.deadlines.map(({ step, months }) => [String(step), months])),
      }}
      send={(values) => ask(SetDevelopmentPracticeDocument, { input: inputOf(values) })}
      done={() => {
        void queries.invalidateQueries({ queryKey: ['development'] })
        void message.success('设置已保存')
        back()
      }}
    >
      <Section title="一般规则">
        <Form.Item name="since" label="生效日期" rules={[{ required: true, message: '请选择生效日期' }]}><DateField notBefore={today()} /></Form.Item>
        <Form.Item name="waitMonths" label="确定积极分子须申请入党满" extra="3 至 6 个月" rules={[{ required: true, message: '请填写' }]}><InputNumber min={3} max={6} precision={0} suffix="个月" /></Form.Item>
        <Form.Item name="reviewMonths" label="政治审查有效期" extra="6 至 12 个月，超过须重新审查" rules={[{ required: true, message: '请填写' }]}><InputNumber min={6} max={12} precision={0} suffix="个月" /></Form.Item>
        <Form.Item name="noticeStep" label="公示"><Select options={[...noticeSteps]} /></Form.Item>
        <Form.Item name="noticeDays" label="公示时间（工作日）" extra="5 至 15 个工作日，不含周末和登记的节假日" hidden={noticeStep === 0} rules={[{ required: true, message: '请填写' }]}><InputNumber min={5} max={15} precision={0} /></Form.Item>
        <Form.Item name="quota" label="年度计划用完后"><Radio.Group options={Object.entries(quotaRules).map(([value, { label }]) => ({ value, label }))} /></Form.Item>
      </Section>
      <Section title="办理期限">
        <p className="z-muted z-gap-bottom">规定有明确期限的步骤不在此列。期限从各步骤规定的起算日起算。</p>
        <div className="z-columns">
          {now.deadlines.map(({ step, title, usual }) => (
            <Form.Item key={step} name={['months', String(step)]} label={`第 ${step} 步 ${title}`} extra={`惯例 ${usual} 个月`} rules={[{ required: true, message: '请填写' }]}><InputNumber min={1} max={12} precision={0} suffix="个月" /></Form.Item>
          ))}
        </div>
      </Section>
    </FormPage>
  )
}
