import { ActivityCertificateDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { CertificateSheet } from './certificate'

/** The own activity certificate (M-1.17). */
export default function OwnCertificatePage() {
  const found = useQuery({ queryKey: ['certificate', 'own'], queryFn: async ({ signal }) => (await ask(ActivityCertificateDocument, {}, signal)).directory.certificate })
  return (
    <Page title="我的党员活动证" hint="由所在党支部签发后，附核验二维码。" extra={found.data && <Button type="primary" onClick={() => window.print()}>打印</Button>}>
      <QueryBoundary query={found}>{(one) => <CertificateSheet one={one} />}</QueryBoundary>
    </Page>
  )
}
