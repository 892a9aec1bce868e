import { Button } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { ImportButton, type ImportKind } from '../../kit/exchange/import-button'
import { Page, useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { MemberDrawer } from './drawer'
import { MemberList } from './list'

const IMPORT: ImportKind = { template: 'member', title: '导入党员', noun: '名党员', refresh: ['members', 'former-members', 'organisations'], undoing: '这些党员会移入党员历史库（减少原因：错录删除）' }

/** 党员信息: the members of the chosen range. */
export default function MembersPage() {
  const [params, setParams] = useSearchParams()
  const { org } = useScope()
  const navigate = useNavigate()
  const link = useLink()
  const opened = params.get('member')
  const open = (id: string | null) => setParams((now) => {
    const next = new URLSearchParams(now)
    if (id) next.set('member', id)
    else next.delete('member')
    return next
  }, { replace: true })
  return (
    <Page
      title="党员信息" menu="member.info" hint="按手机号或公民身份号码查找时，请输入完整号码。"
      extra={(
        <>
          <Button onClick={() => void navigate(link('/member/info/completeness'))}>资料完整度</Button>
          <Button onClick={() => void navigate(link('/member/info/requests'))}>变更申请</Button>
          <Can perm="member.edit">
            <ImportButton kind={IMPORT} />
            <Button type="primary" onClick={() => void navigate(link('/member/info/new'))}>新增党员</Button>
          </Can>
        </>
      )}
    >
      <MemberList key={org} under={org} onOpen={open} />
      {opened && <MemberDrawer id={opened} onClose={() => open(null)} />}
    </Page>
  )
}
