import { SmsSettingsDocument, type SmsWordKind, type SmsWordRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Section } from '../../../kit/detail-drawer'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { EmptyState, QueryBoundary } from '../../../kit/states'
import { StatusTag } from '../../../kit/status-tag'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { smsWordKinds, smsWordStates } from './words'
import '../../../styles/messages.css'

const ApplyForm = lazy(async () => ({ default: (await import('./apply-form')).ApplyForm }))
const QuietForm = lazy(async () => ({ default: (await import('./quiet-form')).QuietForm }))

type Open = { kind: SmsWordKind; again: SmsWordRowFragment | null } | 'quiet' | null
const KINDS: { kind: SmsWordKind; hint: string }[] = [
  { kind: 'SIGNATURE', hint: '短信开头【】中的名称。最近通过的签名生效，验证码也使用它；没有时使用平台的签名。' },
  { kind: 'TEMPLATE', hint: '通知党员的短信内容。变量写成 {时间} 的样子，发送时填写；{姓名} 和 {党支部} 自动填入。' },
  { kind: 'VOICE', hint: '语音电话接通后播报的内容，用于通知公告中的语音电话和日程的电话提醒。变量的写法与短信模板相同。' },
]
const hour = (value: number) => `${value}:00`

/** 短信设置: signature, templates of messages and of calls, and quiet hours of the tenant. */
export default function SmsPage() {
  const may = usePermission('system.sms.manage')
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const query = useQuery({ queryKey: ['sms'], queryFn: async ({ signal }) => (await ask(SmsSettingsDocument, {}, signal)).system, staleTime: 0 })
  return (
    <Page title="短信设置" menu="system.sms" hint="签名和模板由服务商向运营商报备，审核通过后立即可用。">
      <QueryBoundary query={query}>
        {({ smsWords, quietHours }) => (
          <>
            {KINDS.map(({ kind, hint }) => {
              const rows = smsWords.filter((word) => word.kind === kind)
              const pending = kind === 'SIGNATURE' && rows.some((word) => word.state === 'APPLIED')
              const title = smsWordKinds[kind].label
              return (
                <Section key={kind} title={title} extra={may && !pending && <Button type="primary" onClick={() => setOpen({ kind, again: null })}>申请{title}</Button>}>
                  <p className="z-muted">{hint}</p>
                  {rows.length === 0 ? <EmptyState text={`还没有申请过${title}`} /> : rows.map((word) => (
                    <Word key={word.id} word={word} onAgain={may ? () => setOpen({ kind, again: word }) : null} />
                  ))}
                </Section>
              )
            })}
            <Section title="免打扰时段" extra={may && <Button onClick={() => setOpen('quiet')}>修改</Button>}>
              <p>{hour(quietHours.quietFrom)} 至次日 {hour(quietHours.quietUntil)} 不发送通知的平台消息和短信、不拨打语音电话，已提交的等到早上自动发送；验证码不受影响。</p>
            </Section>
            <Suspense>
              {open === 'quiet' && <QuietForm quiet={quietHours} onClose={close} />}
              {open !== null && open !== 'quiet' && <ApplyForm kind={open.kind} again={open.again} onClose={close} />}
            </Suspense>
          </>
        )}
      </QueryBoundary>
    </Page>
  )
}

/** One application and where it stands. */
function Word({ word, onAgain }: { word: SmsWordRowFragment; onAgain: (() => void) | null }) {
  return (
    <article className="z-sms-word" aria-label={word.name}>
      <div className="z-inline">
        <b>{word.kind === 'SIGNATURE' ? `【${word.name}】` : word.name}</b>
        <StatusTag dict={smsWordStates} value={word.state} />
        {word.state === 'REFUSED' && onAgain && <Button size="small" aria-label={`修改后重新提交${word.name}`} onClick={onAgain}>修改后重新提交</Button>}
      </div>
      {word.text && <p className="z-sms-text">{word.text}</p>}
      {word.state === 'REFUSED' && <p className="z-sms-reason">退回原因：{word.reason}</p>}
      <p className="z-muted">{word.note} · {word.appliedBy} {instant(word.appliedAt)} 申请{word.reviewedAt ? ` · ${instant(word.reviewedAt)} 审核` : ''}</p>
    </article>
  )
}
