import { ServerInfoDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { Outlet } from 'react-router'
import { useDark } from '../../app/theme'
import { ask } from '../../net/ask'

/** Frame of the public pages of the tenant side. */
export function PortalFrame() {
  const server = useQuery({ queryKey: ['server'], queryFn: ({ signal }) => ask(ServerInfoDocument, {}, signal), staleTime: Infinity })
  const info = server.data?.system.server
  return <Frame place="智慧党建云平台" sandbox={info?.sandbox ?? false} version={info?.version} />
}

/** Frame of the operator's sign-in pages. */
export function OperatorFrame() {
  return <Frame place="运营管理" sandbox={false} version={undefined} />
}

function Frame({ place, sandbox, version }: { place: string; sandbox: boolean; version: string | undefined }) {
  const { dark, setDark } = useDark()
  return (
    <div className="z-portal">
      {sandbox && (
        <Alert banner type="warning" title="演示环境：短信不会真实发出，验证码请在运营管理的“短信发件箱”中查看。" />
      )}
      <header className="z-portal-head">
        <img src="/favicon.svg" alt="" width={36} height={36} />
        <div><b>支部</b><span>{place}</span></div>
      </header>
      <main className="z-portal-main"><Outlet /></main>
      <footer className="z-portal-foot">
        <span>支部 · 智慧党建云平台{version ? ` ${version}` : ''}</span>
        <button type="button" className="z-plain" onClick={() => setDark(!dark)}>{dark ? '浅色显示' : '深色显示'}</button>
      </footer>
    </div>
  )
}
