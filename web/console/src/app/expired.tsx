import { Modal } from 'antd'
import { Suspense, useSyncExternalStore, type ReactNode } from 'react'
import { Loading } from '../kit/states'
import { RequestError } from '../net/errors'
import { currentRealm, signInPath } from '../net/realm'
import { isAsking, onAsking, settle } from '../net/recovery'

/** Asks to sign in again over the page, which keeps all that was typed; waiting requests then go on. */
export function ExpiredDialog({ children }: { children: ReactNode }) {
  const open = useSyncExternalStore(onAsking, isAsking)
  const leave = () => {
    settle(new RequestError('UNAUTHENTICATED', '登录已失效'))
    location.assign(signInPath(currentRealm()))
  }
  return (
    <Modal open={open} title="登录已失效，请重新登录" footer={null} onCancel={leave} mask={{ closable: false }} destroyOnHidden width={440} zIndex={2000}>
      <p className="z-muted">本页内容已为您保留，登录后继续刚才的操作。</p>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </Modal>
  )
}
