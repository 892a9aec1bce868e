import { TransferFileDocument, type TransferAct, type TransferDetailFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { Page, useLink } from '../../kit/page'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useEntries, wordFrom } from '../../kit/use-dictionary'
import { day, instant, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { SignedText } from './codes'
import { LetterSays } from './inbox'
import { ActDrawer } from './transfer-act'
import { kinds, moments, statuses, transferActs } from '@zhibu/api/mobility-words'
import '../../styles/mobility.css'

/** One transfer: where it stands, who decides, and its way so far. */
export default function TransferPage() {
  const { id = '' } = useParams()
  const link = useLink()
  const queries = useQueryClient()
  const file = useQuery({
    queryKey: ['transfer', 'file', id],
    queryFn: async ({ signal }) => (await ask(TransferFileDocument, { id }, signal)).mobility.transfer,
  })
  const taken = (next: TransferDetailFragment) => {
    queries.setQueryData(['transfer', 'file', next.transfer.id], next)
    void queries.invalidateQueries({ queryKey: ['transfer'], predicate: ({ queryKey }) => queryKey[1] !== 'file' })
    void queries.invalidateQueries({ queryKey: ['members'] })
  }
  return (
    <Page title={file.data ? `${file.data.transfer.name}的调动` : '调动'} menu="member.transfer">
      <QueryBoundary query={file} back={<Link to={link('/member/transfer')}><Button type="primary">返回列表</Button></Link>}>
        {(one) => <Opened file={one} onTaken={taken} />}
      </QueryBoundary>
    </Page>
  )
}

function Opened({ file, onTaken }: { file: TransferDetailFragment; onTaken: (file: TransferDetailFragment) => void }) {
  const [acting, setActing] = useState<TransferAct | null>(null)
  const entries = useEntries(['transfer_reason'])
  const link = useLink()
  const one = file.transfer
  const letter = file.letters[0]
  const acts = file.acts.filter((act) => act !== 'PRINT_LETTER')
  return (
    <>
      <section className="z-card z-next" aria-label="当前进度">
        <p className="z-inline"><StatusTag dict={kinds} value={one.kind} /><StatusTag dict={statuses} value={one.status} />{one.alert && <span className="z-tag z-tag--bad">未收到回执</span>}</p>
        <p className="z-next-step">{one.fromName} → {one.toName}</p>
        {one.waitsAt && <p>{one.side === 'RECEIPT' ? <>等待对方回执；介绍信 {one.letterNo}，有效期至 {day(one.validUntil)}</> : <>由<b>{one.waitsAt.shortName}</b>{one.side === 'STARTER' ? '修改后重新提交或撤回' : '审核'}</>}</p>}
        {file.warnings.map((words) => <Alert key={words} type="warning" showIcon title={words} />)}
        <div className="z-inline">
          {acts.map((act, at) => <Button key={act} type={at === 0 ? 'primary' : 'default'} danger={act === 'SEND_BACK' || act === 'WITHDRAW'} onClick={() => setActing(act)}>{transferActs[act].label}</Button>)}
          {file.acts.includes('PRINT_LETTER') && <Link to={link(`/member/transfer/${one.id}/letter`)}><Button>打印介绍信</Button></Link>}
          {one.kind === 'INBOUND' && one.status === 'ACCEPTED' && <Link to={link(`/member/transfer/${one.id}/receipt`)}><Button>打印回执</Button></Link>}
        </div>
      </section>
      <Section title="调动信息">
        <dl className="z-facts">
          <div><dt>转出党组织</dt><dd>{one.fromName}</dd></div>
          <div><dt>接收党组织</dt><dd>{one.toName}</dd></div>
          <div><dt>调动原因</dt><dd>{wordFrom(entries.data, 'transfer_reason', one.reason)}</dd></div>
          <div><dt>党费交至</dt><dd>{orDash(one.duesPaidTo)}</dd></div>
          <div><dt>退回次数</dt><dd>{one.returns} 次（最多 3 次）</dd></div>
          <div><dt>介绍信</dt><dd>{one.letterNo ? `${one.letterNo}${one.electronic ? '（电子）' : ''}` : '—'}</dd></div>
          <div><dt>说明</dt><dd>{orDash(one.note)}</dd></div>
        </dl>
      </Section>
      {letter?.document && one.closedAt === null && (
        <Section title="电子介绍信">
          <p className="z-muted">{file.delivered ? '已自动送达对方的“电子介绍信”，一般不需要再传递。' : '请把下面的文字或文件发给对方；只有对方能够打开。'}</p>
          <SignedText text={letter.document} label="电子介绍信" />
        </Section>
      )}
      {file.receipt && <Section title="电子回执"><SignedText text={file.receipt} label="回执" /></Section>}
      {file.facts.length > 0 && <LetterSays facts={file.facts} along={file.along} />}
      {file.letters.length > 1 && (
        <Section title="历次介绍信">
          <ul className="z-lines">{file.letters.map((each) => <li key={each.id}>{each.number}：{day(each.issuedOn)} 开具，有效期至 {day(each.validUntil)}，{each.issuer}</li>)}</ul>
        </Section>
      )}
      <Section title="办理经过">
        {file.timeline.length === 0 ? <EmptyState text="还没有记录" /> : (
          <ol className="z-history" aria-label="办理经过">
            {[...file.timeline].reverse().map((each) => (
              <li key={each.id}>
                <p><b>{moments[each.event] ?? each.event}</b><span className="z-muted">{each.organisation}，{each.by} 于 {instant(each.at)}</span></p>
                {each.note && <p>{each.note}</p>}
              </li>
            ))}
          </ol>
        )}
      </Section>
      {acting && <ActDrawer act={acting} file={file} onClose={() => setActing(null)} onTaken={onTaken} />}
    </>
  )
}
