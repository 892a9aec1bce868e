import { DownloadOutlined } from '@ant-design/icons'
import { ImportTemplateDocument, ImportsDocument, importStates } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { ask } from '../../net/ask'
import { save } from '../clipboard'
import { Section } from '../detail-drawer'
import { useAction } from '../use-action'
import { FileDrop } from './file-drop'
import type { ImportViews } from './import-drawer'
import { ImportSteps } from './import-steps'
import { isOpen } from './imports'

/** The first step: the template with its rules, and the place to put the file. */
export function ImportStart({ kind: { template, noun }, upload, onShow }: ImportViews) {
  const download = useAction(async () => save('', (await ask(ImportTemplateDocument, { template })).system.importTemplate.url))
  const imports = useQuery({
    queryKey: ['imports', 'list', template, 'newest'],
    queryFn: async ({ signal }) => (await ask(ImportsDocument, { template, first: 5, after: null }, signal)).system.imports.nodes,
    // One may have come to rest before anything was heard of it.
    refetchOnMount: 'always',
  })
  const open = imports.data?.find(isOpen)
  return (
    <>
      <ImportSteps step={0} />
      {open && (
        <Alert className="z-gap-bottom" type="info" showIcon title={`“${open.fileName}”还没有导入完（${importStates[open.state].label}）`}
          action={<Button size="small" onClick={() => onShow(open.id)}>继续</Button>} />
      )}
      <Section title="第一步：下载模板并填写">
        <ol className="z-points">
          <li>一行填写一{noun}；表头不要改，带 * 的列必须填写。</li>
          <li>有下拉列表的单元格请从列表中选择；日期写成 2023-06-01。</li>
          <li>以“【示例】”开头的行不会导入，可以保留。</li>
        </ol>
        <Button icon={<DownloadOutlined aria-hidden />} loading={download.isPending} onClick={() => download.mutate(undefined)}>下载模板</Button>
      </Section>
      <Section title="第二步：上传填好的文件">
        <p className="z-muted z-gap-bottom">上传后先逐行检查，此时不会写入任何数据；您看过结果并确认后才会导入，导入后还可以撤销。</p>
        <FileDrop upload={upload} />
      </Section>
    </>
  )
}
