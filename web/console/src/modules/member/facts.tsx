import { memberTypes, membershipStatuses, type MemberFactsFragment, type MemberQuery, type RevealMemberMutation } from '@zhibu/api'
import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { Section } from '../../kit/detail-drawer'
import { usePermission } from '../../kit/permissions'
import { StatusTag } from '../../kit/status-tag'
import { day, orDash } from '../../kit/words'
import { useWords } from './dictionary'
import { RevealMember } from './reveal-member'

type Posts = MemberQuery['directory']['member']['posts']
type Fact = [string, ReactNode]

/** All fields of a member in groups; what is masked is shown in full to whoever gives a reason. */
export function MemberFacts({ one, posts }: { one: MemberFactsFragment; posts?: Posts }) {
  const word = useWords()
  const may = usePermission('member.view_sensitive')
  const [asking, setAsking] = useState(false)
  const [plain, setPlain] = useState<RevealMemberMutation['directory']['revealMember'] | null>(null)
  const shown = plain ?? one
  const identity: Fact[] = [
    ['姓名', one.name], ['公民身份号码', orDash(shown.idNumber)], ['性别', word('sex', one.sex)],
    ['出生日期', `${day(one.birthDate)}${one.age === null ? '' : `（${one.age} 岁）`}`],
    ...(one.archiveBirthDate ? [['档案出生日期', day(one.archiveBirthDate)], ['不一致的原因', orDash(one.archiveBirthReason)]] as Fact[] : []),
    ['民族', word('ethnicity', one.ethnicity)], ['籍贯', orDash(one.nativePlace)], ['困难、退役等情况', word('special_group', one.specialGroup)],
  ]
  const party: Fact[] = [
    ['所在党支部', one.branch.shortName], ['党小组', one.group?.shortName ?? '—'],
    ['人员类别', <StatusTag key="type" dict={memberTypes} value={one.memberType} />], ['党籍状态', <StatusTag key="status" dict={membershipStatuses} value={one.status} />],
    ['加入党组织日期', day(one.joinDate)], ['转为正式党员日期', day(one.conversionDate)],
    ['党龄', one.partyAge === null ? '—' : `${one.partyAge} 年`],
    ...(posts ? [['党内职务', posts.map((post) => `${word('post', post.post)}（${post.organisation.shortName}）`).join('、') || '—']] as Fact[] : []),
    ['流动党员', one.floating ? `是，${word('flow_direction', one.flowDirection)}` : '否'],
    ['失联', one.lostOn ? `${day(one.lostOn)} 起失联${one.lostReason ? `，${word('lost_contact_reason', one.lostReason)}` : ''}` : '否'],
  ]
  const work: Fact[] = [
    ['工作岗位', word('work_post', one.workPost)], ['单位及职务', orDash(one.employer)], ['职称', orDash(one.professionalTitle)],
    ['参加工作时间', day(one.firstWorkDate)], ['学历', word('education_level', one.educationLevel)], ['学位', word('degree', one.degree)],
    ['毕业院校', orDash(one.school)], ['专业', orDash(one.major)],
  ]
  const contact: Fact[] = [
    ['手机号', orDash(shown.mobile)], ['固定电话', orDash(shown.landline)], ['家庭住址', orDash(shown.homeAddress)], ['备注', orDash(one.remark)],
  ]
  return (
    <>
      {may && (
        <p className="z-inline">
          {plain
            ? <span className="z-muted" role="status">已显示完整的号码和住址，关闭后自动隐去。</span>
            : <><span className="z-muted">公民身份号码、电话和住址已隐去一部分。</span><Button size="small" onClick={() => setAsking(true)}>查看敏感信息</Button></>}
        </p>
      )}
      <Facts title="基本信息" facts={identity} />
      <Facts title="党籍信息" facts={party} />
      <Facts title="工作与学习" facts={work} />
      <Facts title="联系方式" facts={contact} />
      <RevealMember id={one.id} open={asking} onClose={() => setAsking(false)} onRevealed={setPlain} />
    </>
  )
}

const Facts = ({ title, facts }: { title: string; facts: Fact[] }) => (
  <Section title={title}>
    <dl className="z-facts z-facts--two">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
  </Section>
)
