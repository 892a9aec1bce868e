import { NoticeBudgetDocument, NoticeRulesDocument, NoticeTemplatesDocument, type NoticeBudgetQuery, type NoticeRuleFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Progress } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { useSees } from '../../app/menu-gate'
import { Section } from '../../kit/detail-drawer'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { ladderWords, occasions, yuan } from './words'
import '../../styles/messages.css'
import './messaging.css'

const RuleForm = lazy(async () => ({ default: (await import('./rule-form')).RuleForm }))
const BudgetForm = lazy(async () => ({ default: (await import('./budget-form')).BudgetForm }))

type Budget = NoticeBudgetQuery['messaging']['budget']

/** 通知规则: how people are told on each occasion, and what that may cost a month. */
export default function RulesPage() {
  const link = useLink()
  const sees = useSees()
  const [editing, setEditing] = useState<NoticeRuleFragment | null>(null)
  const [budgeting, setBudgeting] = useState<Budget | null>(null)
  const query = useQuery({
    queryKey: ['notice-rules'], staleTime: 0,
    queryFn: async ({ signal }) => {
      const [rules, templates] = await Promise.all([ask(NoticeRulesDocument, {}, signal), ask(NoticeTemplatesDocument, {}, signal)])
      return { rules: rules.messaging.rules, templates: templates.messaging }
    },
  })
  const budget = useQuery({ queryKey: ['notice-budget'], staleTime: 0, queryFn: async ({ signal }) => (await ask(NoticeBudgetDocument, {}, signal)).messaging.budget })
  return (
    <Page title="通知规则" menu="notice" hint="规定每种场合怎样通知党员，以及每月最多花多少钱。对全单位有效。"
      extra={sees('system.sms') && <Link to={link('/system/sms')}><Button>短信设置（申请模板）</Button></Link>}>
      <Section title="每月预算" extra={budget.data && <Button aria-label="修改每月预算" onClick={() => setBudgeting(budget.data)}>修改</Button>}>
        <QueryBoundary query={budget}>{(now) => <BudgetBar {...now} />}</QueryBoundary>
      </Section>
      <Section title="各场合的通知方式">
        <QueryBoundary query={query}>
          {({ rules }) => (
            <>
              {common(rules) && <p className="z-muted">模板中可以使用的变量，发送时自动填写：{braced(common(rules) ?? [])}</p>}
              <ul className="z-rows z-notice-rules" aria-label="通知规则">
                {rules.map((rule) => <Rule key={rule.occasion} rule={rule} alike={common(rules) !== null} onEdit={() => setEditing(rule)} />)}
              </ul>
            </>
          )}
        </QueryBoundary>
      </Section>
      <Suspense>
        {editing && query.data && <RuleForm rule={editing} templates={query.data.templates} onClose={() => setEditing(null)} />}
        {budgeting && <BudgetForm budget={budgeting} onClose={() => setBudgeting(null)} />}
      </Suspense>
    </Page>
  )
}

function BudgetBar({ monthFen, spentFen }: Budget) {
  if (monthFen === null) return <p>不限。本月已用 <b>{yuan(spentFen)}</b>。</p>
  const percent = monthFen > 0 ? Math.min(100, Math.floor(spentFen * 100 / monthFen)) : 100
  return (
    <>
      <p>本月已用 <b>{yuan(spentFen)}</b>，预算 {yuan(monthFen)}，剩余 {yuan(Math.max(0, monthFen - spentFen))}。</p>
      <Progress percent={percent} aria-label={`本月预算已用 ${percent}%`} {...(percent >= 100 ? { status: 'exception' as const } : {})} />
      {spentFen >= monthFen && <Alert type="warning" showIcon title="本月预算已用完，短信和语音电话暂停发送，系统消息和平台消息不受影响。" />}
    </>
  )
}

const braced = (names: readonly string[]): string => names.map((name) => `{${name}}`).join('、')

/** What is filled in on every occasion, when it is the same on all. */
function common(rules: readonly NoticeRuleFragment[]): string[] | null {
  const first = rules[0]?.facts ?? []
  return first.length > 0 && rules.every(({ facts }) => facts.join() === first.join()) ? first : null
}

function Rule({ rule, alike, onEdit }: { rule: NoticeRuleFragment; alike: boolean; onEdit: () => void }) {
  const { label, hint } = occasions[rule.occasion]
  const named = rule.ladder.filter(({ templateName }) => templateName)
  return (
    <li>
      <div>
        <p className="z-inline"><b>{label}</b><span className={`z-tag z-tag--${rule.on ? 'ok' : 'off'}`}>{rule.on ? '开启' : '关闭'}</span><span className="z-muted">{hint}</span></p>
        {rule.on && (
          <p>{rule.occasion === 'SCHEDULE' ? '按本人选择的方式提醒' : ladderWords(rule.ladder)}{named.length > 0 && <span className="z-muted">（模板：{named.map(({ templateName }) => templateName).join('、')}）</span>}</p>
        )}
        {!alike && rule.facts.length > 0 && <p className="z-muted">模板中自动填写：{braced(rule.facts)}</p>}
      </div>
      <Button aria-label={`修改：${label}`} onClick={onEdit}>修改</Button>
    </li>
  )
}
