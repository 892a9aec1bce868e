import { Tabs } from 'antd'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { Page, useLink } from '../../kit/page'

const TABS = [{ key: '/account/messages', label: '我的消息' }, { key: '/account/schedules', label: '我的日程' }]

/** The two own pages, one beside the other. */
export function OwnFrame({ at, hint, children }: { at: 'messages' | 'schedules'; hint: string; children: ReactNode }) {
  const navigate = useNavigate()
  const link = useLink()
  const path = `/account/${at}`
  return (
    <Page title={at === 'messages' ? '我的消息' : '我的日程'} parents={[{ title: '首页', to: '/home' }]} hint={hint}>
      <Tabs className="z-tabs" activeKey={path} items={TABS.map((tab) => ({ ...tab, children: tab.key === path ? children : null }))} destroyOnHidden onChange={(to) => void navigate(link(to))} />
    </Page>
  )
}
