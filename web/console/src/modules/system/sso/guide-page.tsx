import { SsoGuideDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Tabs } from 'antd'
import { useParams } from 'react-router'
import { saveText } from '../../../kit/clipboard'
import { Section } from '../../../kit/detail-drawer'
import { Page } from '../../../kit/page'
import { QueryBoundary } from '../../../kit/states'
import { ask } from '../../../net/ask'
import { CopyButton } from './copy-button'

/** 接入文档: the document and its samples with the tenant's own values, to copy or to keep as a file. */
export default function SsoGuidePage() {
  const { app = '' } = useParams()
  const query = useQuery({
    queryKey: ['sso', 'guide', app],
    queryFn: async ({ signal }) => (await ask(SsoGuideDocument, { app, origin: location.origin }, signal)).system.ssoGuide,
  })
  return (
    <Page title="接入文档" menu="system.sso" hint="文档和示例已填入本单位的地址和应用标识；密钥请从环境变量传入。">
      <QueryBoundary query={query}>
        {(guide) => (
          <>
            <Section title="示例" extra={<Button type="primary" onClick={() => saveText(guide.fileName, guide.text)}>下载完整文档</Button>}>
              <Tabs items={guide.samples.map((sample) => ({
                key: sample.title,
                label: sample.title,
                children: (
                  <>
                    <div className="z-actions z-actions--start">
                      <CopyButton what={` ${sample.title} 示例`} text={sample.text} />
                      <Button size="small" onClick={() => saveText(sample.fileName, sample.text)}>下载 {sample.fileName}</Button>
                    </div>
                    <pre className="z-source" tabIndex={0} aria-label={`${sample.title} 示例`}>{sample.text}</pre>
                  </>
                ),
              }))} />
            </Section>
            <Section title="文档" extra={<CopyButton what="文档" text={guide.text} />}>
              <pre className="z-source" tabIndex={0} aria-label="文档全文">{guide.text}</pre>
            </Section>
          </>
        )}
      </QueryBoundary>
    </Page>
  )
}
