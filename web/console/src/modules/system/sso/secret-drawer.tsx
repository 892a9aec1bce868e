import { IssueSsoSecretDocument, type SsoAppFragment } from '@zhibu/api'
import { Alert, Button, Checkbox } from 'antd'
import { useState } from 'react'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { useAction } from '../../../kit/use-action'
import { ask } from '../../../net/ask'
import { CopyButton } from './copy-button'

/** 获取或更换密钥: shown this once. */
export function SecretDrawer({ app, onClose }: { app: SsoAppFragment; onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null)
  const [ends, setEnds] = useState(false)
  const issue = useAction(async () => (await ask(IssueSsoSecretDocument, { app: app.id, endPrevious: ends })).system.issueSsoSecret,
    { refresh: ['sso'], done: (issued) => setSecret(issued.secret) })
  // What the button stands for stays the same while the list behind is read again.
  const [renews] = useState(app.hasSecret)
  return (
    <DetailDrawer open title={renews ? '更换密钥' : '获取密钥'} onClose={onClose} size={520} sticky>
      {secret === null
        ? (
          <>
            <p>密钥只能放在自有平台的服务器上，不能放进网页或手机程序。</p>
            {renews && <Checkbox checked={ends} onChange={(event) => setEnds(event.target.checked)}>旧密钥立即失效（怀疑泄露时选择；不选则旧密钥还可使用 24 小时）</Checkbox>}
            <div className="z-actions">
              <Button onClick={onClose}>取消</Button>
              <Button type="primary" danger={ends} loading={issue.isPending} onClick={() => issue.mutate(undefined)}>{renews ? '生成新密钥' : '生成密钥'}</Button>
            </div>
          </>
        )
        : (
          <>
            <Alert className="z-gap-bottom" type="warning" showIcon title="密钥只显示这一次，关闭后无法再次查看，请立即保存到服务器。" />
            <dl className="z-facts">
              <div><dt>应用标识</dt><dd className="z-code">{app.appKey} <CopyButton what="应用标识" text={app.appKey} /></dd></div>
              <div><dt>密钥</dt><dd className="z-code"><span data-testid="sso-secret">{secret}</span> <CopyButton what="密钥" text={secret} /></dd></div>
            </dl>
            <div className="z-actions"><Button type="primary" onClick={onClose}>已保存，关闭</Button></div>
          </>
        )}
    </DetailDrawer>
  )
}
