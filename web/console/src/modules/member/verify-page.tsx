import { VerifyCertificateDocument, type VerifyCertificateQuery } from '@zhibu/api'
import { CheckCircleFilled, CloseCircleFilled, StopFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { QueryBoundary } from '../../kit/states'
import { day } from '../../kit/words'
import { ask } from '../../net/ask'
import '../../styles/certificate.css'

type Found = VerifyCertificateQuery['directory']['verifyCertificate']

const STATES = {
  VALID: { words: '有效', about: '此党员活动证由本系统签发，目前有效。请核对以下信息与证件一致。', Mark: CheckCircleFilled, tone: 'ok' },
  WITHDRAWN: { words: '已撤销', about: '此党员活动证已撤销、重新签发，或持证人已离开，不再有效。', Mark: StopFilled, tone: 'warn' },
  ALTERED: { words: '无法核验', about: '二维码内容已被改动，或不是本系统签发的党员活动证。', Mark: CloseCircleFilled, tone: 'bad' },
} as const

/** What the code of a certificate leads to, for anybody. */
export default function VerifyPage() {
  const { token = '' } = useParams()
  const found = useQuery({
    queryKey: ['verify', token], retry: false, staleTime: Infinity,
    queryFn: async ({ signal }) => (await ask(VerifyCertificateDocument, { token }, signal)).directory.verifyCertificate,
  })
  return (
    <section className="z-verify" aria-label="党员活动证核验">
      <title>党员活动证核验 · 支部</title>
      <h1>党员活动证核验</h1>
      <QueryBoundary query={found}>{(one) => <Verdict one={one} />}</QueryBoundary>
    </section>
  )
}

function Verdict({ one }: { one: Found }) {
  const { words, about, Mark, tone } = STATES[one.state]
  return (
    <div role="status">
      <p className={`z-verify-mark z-verify-mark--${tone}`}><Mark aria-hidden /> {words}</p>
      <p>{about}</p>
      {one.organisation && (
        <dl className="z-facts">
          <div><dt>姓名</dt><dd>{one.name ?? '—'}</dd></div>
          <div><dt>签发组织</dt><dd>{one.organisation}</dd></div>
          <div><dt>签发日期</dt><dd>{day(one.issuedOn)}</dd></div>
        </dl>
      )}
    </div>
  )
}
