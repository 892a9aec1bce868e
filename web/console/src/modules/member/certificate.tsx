import { memberTypes, type CertificateWholeFragment } from '@zhibu/api'
import { QRCode } from 'antd'
import { day, orDash } from '../../kit/words'
import { useWords } from './dictionary'
import '../../styles/certificate.css'

/** 党员活动证 as it is printed: who it is, what modules know, and the code by which it is verified. */
export function CertificateSheet({ one }: { one: CertificateWholeFragment }) {
  const word = useWords()
  const { member, sections, issued, today } = one
  const facts: [string, string][] = [
    ['姓名', member.name], ['性别', word('sex', member.sex)], ['民族', word('ethnicity', member.ethnicity)], ['出生日期', day(member.birthDate)],
    ['学历', word('education_level', member.educationLevel)], ['公民身份号码', orDash(member.idNumber)],
    ['所在党支部', member.branch.shortName], ['党小组', member.group?.shortName ?? '—'], ['人员类别', memberTypes[member.memberType].label],
    ['入党日期', day(member.joinDate)], ['转正日期', day(member.conversionDate)], ['党龄', member.partyAge === null ? '—' : `${member.partyAge} 年`],
    ['党内职务', member.posts.map((post) => `${word('post', post.post)}（${post.organisation.shortName}）`).join('、') || '—'],
    ['工作单位及职务', orDash(member.employer)],
  ]
  return (
    <article className="z-certificate" aria-label="党员活动证">
      <header>
        <h2>党员活动证</h2>
        {issued && <p>证号 {issued.number}</p>}
      </header>
      <dl className="z-certificate-facts">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      {sections.map((section) => (
        <section key={section.key} aria-label={section.title}>
          <h3>{section.title}{section.count !== null && <small>共 {section.count} 项{section.words && `，${section.words}`}</small>}</h3>
          {!section.available && <p className="z-certificate-none">本单位未启用此项记录</p>}
          {section.available && section.count === 0 && <p className="z-certificate-none">暂无记录</p>}
          <ul>{section.lines.map((line, at) => <li key={at}><time>{day(line.on)}</time><span>{line.title}{line.detail && `（${line.detail}）`}</span></li>)}</ul>
          {section.count !== null && section.count > section.lines.length && <p className="z-certificate-none">仅列出最近 {section.lines.length} 项</p>}
        </section>
      ))}
      <footer>
        {issued
          ? (
            <>
              <QRCode type="svg" value={`${location.origin}${issued.path}`} size={112} bordered={false} bgColor="#ffffff" color="#000000" aria-label="核验二维码" role="img" />
              <p>签发日期 {day(issued.issuedOn)}<br />签发人 {issued.issuedBy}<br />签发时所在党支部 {issued.branch.shortName}<br />扫码可核验是否有效</p>
            </>
          )
          : <p>尚未签发，不作为凭证使用</p>}
        <p className="z-certificate-day">数据截至 {day(today)}</p>
      </footer>
    </article>
  )
}
