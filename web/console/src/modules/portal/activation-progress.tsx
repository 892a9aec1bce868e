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
    done: (step) => step.state === 'READY' || step.state === 'FAILED',
  })
  if (!event && failure && asRequestError(failure).code !== 'NETWORK') {
    return <><ErrorState error={failure} title="查不到开通进度" /><Button block onClick={onAgain}>重新填写激活信息</Button></>
  }
  if (event?.state === 'FAILED') {
    return (
      <div role="alert">
        <Result status="error" title="开通未能完成" subTitle={event.message ?? '平台已收到通知，正在处理。'} />
        <Button block size="large" onClick={onAgain}>重新激活</Button>
      </div>
    )
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
  return (
    <div role="status" aria-live="polite">
      <p>正在为您开通，通常在一分钟内完成。可以刷新此页，进度不会丢失。</p>
      <Progress percent={event?.percent ?? 0} status="active" aria-label="开通进度" />
      <p className="z-muted">{event?.step ?? '正在排队'}{event?.message ? `：${event.message}` : ''}</p>
      {failure !== null && <Alert type="warning" title="网络不通，正在重试…" />}
    </div>
  )
}
