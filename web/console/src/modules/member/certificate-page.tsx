import { ActivityCertificateDocument, IssueCertificateDocument, WithdrawCertificateDocument, type CertificateWholeFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useParams } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import { CertificateSheet } from './certificate'
import { CERTIFICATE } from './record-words'

/** A member's activity certificate: looked at, issued, printed, withdrawn. */
export default function CertificatePage() {
  const { id = '' } = useParams()
  const key = ['members', 'certificate', id]
  const found = useQuery({ queryKey: key, queryFn: async ({ signal }) => (await ask(ActivityCertificateDocument, { person: id }, signal)).directory.certificate })
  return (
    <Page title="党员活动证" menu="member.info" parents={found.data ? [{ title: found.data.member.name, to: `/member/info?member=${id}` }] : []}
      hint="签发后附核验二维码。可直接打印（A5 或 A4 纸），也可导出为 PDF 文件。" extra={found.data && <Actions one={found.data} queryKey={key} />}>
      <ExportBar {...CERTIFICATE} />
      <QueryBoundary query={found}>{(one) => <CertificateSheet one={one} />}</QueryBoundary>
    </Page>
  )
}

function Actions({ one, queryKey }: { one: CertificateWholeFragment; queryKey: readonly unknown[] }) {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const taken = (next: CertificateWholeFragment) => queries.setQueryData(queryKey, next)
  const { issued, member } = one
  const issue = useAction(async () => (await ask(IssueCertificateDocument, { person: member.id })).directory.issueCertificate, { success: '已签发', done: taken })
  const again = () => confirm({ title: '重新签发活动证', okText: '重新签发', content: '重新签发后，原来的活动证作废，扫码核验显示已撤销。', work: async () => issue.mutateAsync(undefined) })
  const withdraw = () => issued && confirm({
    title: `撤销活动证 ${issued.number}`, okText: '撤销', reason: '撤销原因', content: '撤销后，已打印的活动证扫码核验显示已撤销。',
    work: async (reason) => taken((await ask(WithdrawCertificateDocument, { id: issued.id, reason })).directory.withdrawCertificate),
  })
  return (
    <>
      {member.editable && issued && <Button danger onClick={withdraw}>撤销</Button>}
      {member.editable && (issued ? <Button onClick={again}>重新签发</Button> : <Button loading={issue.isPending} onClick={() => issue.mutate(undefined)}>签发</Button>)}
      <ExportButtons {...CERTIFICATE} filter={{ person: member.id }} count={1} />
      <Button type="primary" onClick={() => window.print()}>打印</Button>
    </>
  )
}
