import { ProfileDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useSession } from '../../../app/session'
import { Section } from '../../../kit/detail-drawer'
import { Page } from '../../../kit/page'
import { Can } from '../../../kit/permissions'
import { QueryBoundary } from '../../../kit/states'
import { orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import { Choice } from './choice'
import { OwnRecord } from './own-record'
import { OwnRequests } from './own-requests'

/** The query of the own record. */
const PROFILE = ['profile']

/** 个人基础信息: what the tenant knows of whoever is signed in, the same record as in 党员信息. */
export default function ProfilePage() {
  const profile = useQuery({ queryKey: PROFILE, queryFn: async ({ signal }) => (await ask(ProfileDocument, {}, signal)).system.profile })
  return (
    <Page title="个人基础信息" menu="system.profile" hint="修改后同步至“党员队伍-党员信息”。">
      <Account />
      <QueryBoundary query={profile}>
        {({ member, editable }) => (
          <>
            {member
              ? <OwnRecord key={`${member.version} ${editable.join()}`} own={member} editable={editable} queryKey={PROFILE} />
              : <Section title="党员信息"><p className="z-muted">您的账号没有对应的党员信息，这里只显示账号信息。</p></Section>}
            {member && <Section title="党员活动证" extra={<Link to="/account/certificate">查看党员活动证</Link>}><p className="z-muted">本人参加活动、发挥作用等记录，签发后可打印并扫码核验。</p></Section>}
            {member && <OwnRequests own={member} />}
            <Can perm="tenant.settings"><Choice key={editable.join()} editable={editable} queryKey={PROFILE} /></Can>
          </>
        )}
      </QueryBoundary>
    </Page>
  )
}

function Account() {
  const { account } = useSession()
  const facts = [['姓名', account.displayName], ['用户名', account.userName], ['手机号', orDash(account.mobile)]]
  return (
    <Section title="账号信息" extra={<Link to="/account">修改账号信息</Link>}>
      <dl className="z-facts z-facts--two">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
    </Section>
  )
}
