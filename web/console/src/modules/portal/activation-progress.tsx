import { ActivationProgressDocument, WatchActivationDocument, isMasked, type ActivationStepFragment } from '@zhibu/api'
import { Alert, Button, Progress, Result } from 'antd'
import { useNavigate } from 'react-router'
import { ErrorState } from '../../kit/states'
import { asRequestError } from '../../net/errors'
import { useLive } from '../../net/live'
import { post } from '../../net/post'

/** How far the opening of the organisation is, and at the end how to sign in. */
export function ActivationProgressView({ ticket, onAgain }: { ticket: string; onAgain: () => void }) {
  const navigate = useNavigate()
  const { event, failure } = useLive<ActivationStepFragment, { activationProgress: ActivationStepFragment }, { ticket: string }>(ticket, {
    document: WatchActivationDocument,
    variables: { ticket },
    pick: (data) => data.activationProgress,
    poll: async () => (await post(ActivationProgressDocument, { ticket }, 'tenant')).system.activationProgress,
    done: (step) => step.state === 'READY',
  })
  if (!event && failure && asRequestError(failure).code !== 'NETWORK') {
    return <><ErrorState error={failure} title="查不到开通进度" /><Button block onClick={onAgain}>重新填写激活信息</Button></>
  }
  if (event?.state === 'READY') {
    return (
      <div role="status">
        <Result status="success" title="开通成功" subTitle="请按以下方式首次登录：" />
        <dl className="z-facts">
          <div><dt>{isMasked(event.userName ?? '*') ? '手机号' : '用户名'}</dt><dd><b>{event.userName ?? '激活时填写的手机号'}</b></dd></div>
          <div><dt>初始密码</dt><dd><b>ABC#123</b></dd></div>
        </dl>
        <Alert className="z-gap-bottom" type="warning" showIcon title="初始密码只能用于首次登录，登录后须立即修改。" />
        <Button type="primary" block size="large" onClick={() => { onAgain(); void navigate('/portal/sign-in') }}>去登录</Button>
      </div>
    )
  }
  if (event?.state === 'FAILED') return <Retrying percent={event.percent} onAgain={onAgain} />
  return (
    <div role="status" aria-live="polite">
      <p>正在为您开通，通常在一分钟内完成。可以刷新此页，进度不会丢失。</p>
      <Progress percent={event?.percent ?? 0} status="active" aria-label="开通进度" />
      <p className="z-muted">{event?.step ?? '正在排队'}{event?.message ? `：${event.message}` : ''}</p>
      {failure !== null && <Alert type="warning" title="网络不通，正在重试…" />}
    </div>
  )
}

/** The opening met a fault; the server tries again by itself, and the page goes on watching. */
function Retrying({ percent, onAgain }: { percent: number; onAgain: () => void }) {
  return (
    <div>
      <Alert className="z-gap-bottom" type="warning" showIcon title="开通遇到问题，系统正在自动重试"
        description="无需重新激活，请保持本页打开，恢复后会自动显示登录方式。如超过半小时仍未完成，请联系服务商处理。" />
      <Progress percent={percent} status="active" aria-label="开通进度" />
      <p className="z-muted">正在等待下一次重试…</p>
      <Button type="link" className="z-flush" onClick={onAgain}>用另一个激活码开通</Button>
    </div>
  )
}
