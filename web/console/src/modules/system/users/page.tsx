import { UsersDocument, accountStates, optionsOf, type UserFilter, type UserRowFragment, type UserSort } from '@zhibu/api'
import { Button } from 'antd'
import { Suspense, lazy, useState } from 'react'
import { useScope } from '../../../app/scope'
import { ExportBar } from '../../../kit/exchange/export-bar'
import { ExportButtons, type ExportKind } from '../../../kit/exchange/export-buttons'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { usePermission } from '../../../kit/permissions'
import { StatusTag } from '../../../kit/status-tag'
import { instant, oneOf, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'

const SEARCH = [
  { name: 'search', label: '用户', placeholder: '姓名、用户名、手机号' },
  { name: 'state', label: '状态', options: optionsOf(accountStates) },
] as const

const AccessDialog = lazy(() => import('./access-dialog'))
const UnlockUser = lazy(() => import('./unlock-user'))

const SORTS: Record<UserSort, true> = { USER_NAME: true, LAST_SIGN_IN: true }

const EXPORT: ExportKind = { kind: 'user', title: '用户' }

/** What is asked for the search in the address. */
const filterOf = (filter: Record<string, string>, org: string | null): UserFilter =>
  ({ search: filter.search ?? null, state: oneOf(accountStates, filter.state) ?? null, organisation: org })

/** 用户管理: every account of the range with its state; unlocking resets the password. */
export default function UsersPage() {
  const { org } = useScope()
  const mayUnlock = usePermission('user.unlock_reset')
  const [asked, setAsked] = useState<UserRowFragment | null>(null)
  const [unlocked, setUnlocked] = useState<UserRowFragment | null>(null)

  const columns: ListColumn<UserRowFragment>[] = [
    { key: 'displayName', title: '姓名', fixed: true, cell: (user) => <b>{user.displayName}</b> },
    { key: 'userName', title: '用户名', sort: { value: 'USER_NAME', order: 'ascend' }, cell: (user) => user.userName },
    { key: 'mobile', title: '手机号', cell: (user) => orDash(user.mobile) },
    { key: 'state', title: '状态', cell: (user) => <StatusTag dict={accountStates} value={user.state} /> },
    { key: 'roles', title: '角色', cell: (user) => <span className="z-wrap">{user.roles.map((role) => `${role.label}（${role.organisation.shortName}${role.byPost ? '，随职务' : ''}）`).join('、') || '—'}</span> },
    { key: 'lastSignInAt', title: '最近登录', sort: { value: 'LAST_SIGN_IN', order: 'descend' }, cell: (user) => (user.lastSignInAt ? instant(user.lastSignInAt) : '从未登录') },
    { key: 'lockedAt', title: '锁定时间', hidden: true, cell: (user) => instant(user.lockedAt) },
    { key: 'createdAt', title: '创建时间', hidden: true, cell: (user) => instant(user.createdAt) },
    {
      key: 'actions', title: '操作', fixed: 'right' as const,
      cell: (user: UserRowFragment) => (
        <>
          <Button type="link" size="small" aria-label={`权限说明：${user.displayName}`} onClick={() => setAsked(user)}>权限说明</Button>
          {mayUnlock && (
            <Button type="link" size="small" disabled={user.state === 'DISABLED'} aria-label={`${user.state === 'LOCKED' ? '解锁并重置' : '重置密码'}：${user.displayName}`} onClick={() => setUnlocked(user)}>
              {user.state === 'LOCKED' ? '解锁并重置' : '重置密码'}
            </Button>
          )}
        </>
      ),
    },
  ]
  return (
    <Page title="用户管理" menu="system.users" hint="连续多次输错密码的账号会被锁定，核实身份后可在此解锁。按手机号查找时请输入完整号码。">
      <ListPage<UserRowFragment>
        name="users" label="用户列表" columns={columns} search={SEARCH} depends={[org]} empty="此范围内还没有用户，可在“组织信息”中为组织设置管理员"
        rowKey={(user) => user.id}
        toolbar={({ filter, count }) => <ExportButtons {...EXPORT} filter={filterOf(filter, org)} count={count} />}
        banner={<ExportBar {...EXPORT} />}
        load={async ({ first, offset, sort, filter }, signal) => (await ask(UsersDocument, {
          first, offset, sort: oneOf(SORTS, sort) ?? null, filter: filterOf(filter, org),
        }, signal)).system.users}
      />
      {unlocked && <Suspense fallback={null}><UnlockUser user={unlocked} onAsked={() => setUnlocked(null)} /></Suspense>}
      {asked && <Suspense fallback={null}><AccessDialog user={asked} onClose={() => setAsked(null)} /></Suspense>}
    </Page>
  )
}
