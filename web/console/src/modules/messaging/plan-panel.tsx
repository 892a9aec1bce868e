import { NoticePlannedDocument, type NoticePlanFragment } from '@zhibu/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { Section } from '../../kit/detail-drawer'
import { useSettled } from '../../kit/use-settled'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import { inputOf, missingOf, type Templates, type Values } from './form-values'
import { rungs, units, yuan } from './words'

/** What the notice will be, asked of the server once nothing was typed for a moment. */
export function usePlan(values: Values, templates: Templates) {
  const missing = missingOf(values, templates)
  const wanted = missing.length === 0 ? JSON.stringify(inputOf(values, templates)) : ''
  const settled = useSettled(wanted)
  const query = useQuery({
    queryKey: ['notice-plan', settled], enabled: settled !== '', staleTime: 0, placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await ask(NoticePlannedDocument, { input: JSON.parse(settled) as ReturnType<typeof inputOf> }, signal)).messaging.plan,
  })
  const current = missing.length === 0 && wanted === settled && !query.isPlaceholderData
  return { missing, query, current, plan: missing.length === 0 && !query.isError ? query.data : undefined }
}

/** 发布预览: whom it reaches how, and what it may cost. */
export function PlanPanel({ missing, query, current, plan }: ReturnType<typeof usePlan>) {
  return (
    <aside className="z-plan-side">
      <Section title="发布预览">
        <div aria-busy={!current && missing.length === 0}>
          {missing.length > 0 && <p className="z-muted">填写以下内容后，这里显示接收人数和费用：{missing.join('、')}。</p>}
          {missing.length === 0 && query.isError && (
            <Alert type="warning" showIcon role="alert" title={errorSentence(query.error)} action={<Button size="small" onClick={() => void query.refetch()}>重试</Button>} />
          )}
          {missing.length === 0 && !query.isError && !plan && <p className="z-muted" role="status">正在计算…</p>}
          {plan && <Figures plan={plan} />}
        </div>
      </Section>
    </aside>
  )
}

function Figures({ plan }: { plan: NoticePlanFragment }) {
  const { people, withoutAccount, withoutMobile, mostFen, leftFen, waitsUntil } = plan
  const calls = plan.rungs.some(({ rung }) => rung !== 'PUSH')
  return (
    <>
      <p className="z-plan-people" role="status">接收人 <b>{people}</b> 人</p>
      {withoutAccount > 0 && <p className="z-muted">其中 {withoutAccount} 人没有账号，看不到系统消息{calls ? '，只能收到短信、电话' : ''}</p>}
      {calls && withoutMobile > 0 && <p className="z-muted">其中 {withoutMobile} 人没有手机号，收不到短信、电话</p>}
      <ul className="z-plan-rungs">
        {plan.rungs.map(({ rung, reach, parts, fen, preview }) => (
          <li key={rung}>
            <p><b>{rungs[rung].label}</b> 可送达 {reach} 人{rung !== 'PUSH' && `，最多 ${parts} ${units[rung]}，${yuan(fen)}`}</p>
            {preview && <blockquote className="z-sms-text" aria-label={`${rungs[rung].label}预览`}>{preview}</blockquote>}
          </li>
        ))}
      </ul>
      <dl className="z-facts z-plan-cost">
        <div><dt>最多费用</dt><dd><b>{yuan(mostFen)}</b></dd></div>
        <div><dt>本月预算剩余</dt><dd>{leftFen === null ? '不限' : yuan(leftFen)}</dd></div>
      </dl>
      {calls && <p className="z-muted">按所有人都没有读来计算；已读的人不再发送，实际费用一般更低。</p>}
      {leftFen !== null && mostFen > leftFen && <Alert type="warning" showIcon title="可能超出本月预算，超出后的短信和电话不再发送。" />}
      {waitsUntil && <Alert type="info" showIcon title={`现在是免打扰时段，平台消息、短信和电话将于 ${instant(waitsUntil)} 起发送；系统消息不受影响。`} />}
    </>
  )
}
