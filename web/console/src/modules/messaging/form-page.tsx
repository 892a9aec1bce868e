import { NoticeRulesDocument, NoticeTemplatesDocument, SendNoticeDocument, type NoticeRuleFragment, type NoticeWholeFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Grid, Input } from 'antd'
import { useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { freshKey } from '../../kit/fresh-key'
import { OrgPicker } from '../../kit/org-picker'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import type { RequestError } from '../../net/errors'
import { inputOf, ladderOf, placed, type Templates, type Values } from './form-values'
import { LadderFields } from './ladder-fields'
import { OrgsSelect } from './orgs-select'
import { PeopleSelect } from './people-select'
import { PlanPanel, usePlan } from './plan-panel'
import { yuan } from './words'
import '../../styles/messages.css'
import './messaging.css'

/** 发布通知: what, to whom, and how those are told who do not read it. */
export default function NoticeFormPage() {
  const start = useQuery({
    queryKey: ['notice', 'start'], gcTime: 0, staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const [templates, rules] = await Promise.all([ask(NoticeTemplatesDocument, {}, signal), ask(NoticeRulesDocument, {}, signal)])
      return { templates: templates.messaging, rule: rules.messaging.rules.find(({ occasion }) => occasion === 'ANNOUNCEMENT') }
    },
  })
  return (
    <Page title="发布通知" menu="notice" hint="带 * 的为必填项。未提交的内容会保存在本机浏览器中。">
      <QueryBoundary query={start}>{({ templates, rule }) => <NoticeForm templates={templates} rule={rule} />}</QueryBoundary>
    </Page>
  )
}

function NoticeForm({ templates, rule }: { templates: Templates; rule: NoticeRuleFragment | undefined }) {
  const [form] = Form.useForm<Values>()
  const { org } = useScope()
  const { roots } = useSession()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [initial] = useState<Values>(() => ({
    key: freshKey(), organisation: org ?? roots[0]?.id ?? null, title: '', text: '', organisations: [], people: [], ladder: ladderOf(rule),
  }))
  const values = { ...initial, ...(Form.useWatch([], { form, preserve: true }) as Partial<Values> | undefined) }
  const planned = usePlan(values, templates)
  const wide = Grid.useBreakpoint().xl ?? true
  const { plan, current } = planned
  const words = plan && current ? `发布给 ${plan.people} 人${plan.mostFen > 0 ? `（最多 ${yuan(plan.mostFen)}）` : ''}` : '发布'
  const back = () => void navigate(link('/notice'))
  const remedy = (problem: RequestError, clear: () => void) => (problem.code === 'KEY_USED'
    ? (
      <span className="z-inline">
        <Button size="small" onClick={back}>查看通知列表</Button>
        <Button size="small" onClick={() => { form.setFieldValue('key', freshKey()); clear() }}>仍要作为新通知发布</Button>
      </span>
    )
    : null)
  return (
    <div className="z-notice-form" onKeyDown={withoutEnter}>
      <div>
        <FormPage<Values, NoticeWholeFragment>
          name="notice" form={form} draft="notice" withheld="" initialValues={initial} submitText={words} onCancel={back} remedy={remedy}
          send={async () => {
            const typed = { ...initial, ...(form.getFieldsValue(true) as Partial<Values>) }
            try {
              return (await ask(SendNoticeDocument, { key: typed.key, input: inputOf(typed, templates) })).messaging.send
            } catch (cause) { throw placed(cause, typed, templates) }
          }}
          done={({ announcement }) => {
            void Promise.all(['notices', 'notice', 'notice-budget', 'unread'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
            void message.success(`通知已发布，接收人 ${announcement.people} 人`)
            void navigate(link(`/notice/${announcement.id}`))
          }}
        >
          <Section title="通知内容">
            <Form.Item name="organisation" label="发布组织" extra="以该组织的名义发布，其上级管理员也能看到" rules={[{ required: true, message: '请选择发布组织' }]}><OrgPicker label="发布组织" /></Form.Item>
            <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: '请输入标题' }, { min: 2, message: '标题至少 2 个字' }]}>
              <Input maxLength={60} showCount autoComplete="off" placeholder="如：关于召开主题党日的通知" />
            </Form.Item>
            <Form.Item name="text" label="正文" rules={[{ required: true, whitespace: true, message: '请输入正文' }, { min: 2, message: '正文至少 2 个字' }]}>
              <Input.TextArea autoSize={{ minRows: 6, maxRows: 20 }} maxLength={2000} showCount />
            </Form.Item>
          </Section>
          <Section title="接收范围">
            <Form.Item name="organisations" label="接收组织" dependencies={['people']} extra="所选组织及其下级组织的全体党员"
              rules={[({ getFieldValue }) => ({ validator: async (_, chosen: unknown[]) => {
                if (chosen.length + (getFieldValue('people') as unknown[]).length === 0) throw new Error('请选择接收组织或接收人员')
              } })]}><OrgsSelect label="接收组织" /></Form.Item>
            <Form.Item name="people" label="接收人员" extra="在组织之外另加，或只发给个别党员；重复的人只收到一次"><PeopleSelect label="接收人员" /></Form.Item>
          </Section>
          <Section title="没有读的人怎样提醒">
            <LadderFields initial={initial.ladder} templates={templates} fills />
          </Section>
          {!wide && <PlanPanel {...planned} />}
        </FormPage>
      </div>
      {wide && <PlanPanel {...planned} />}
    </div>
  )
}

/** Enter in a field does not send a notice to everybody. */
function withoutEnter(event: KeyboardEvent<HTMLElement>): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}
