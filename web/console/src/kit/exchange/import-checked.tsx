import { DownloadOutlined } from '@ant-design/icons'
import { ConfirmImportDocument, DownloadMarkedImportDocument, type ImportFieldsFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button } from 'antd'
import { ask } from '../../net/ask'
import { save } from '../clipboard'
import { useAction } from '../use-action'
import type { ImportViews } from './import-drawer'
import { FaultTable, HintTable } from './import-tables'

/** What the check found, and what may be done now. */
export function ImportChecked({ one, kind: { noun }, onShow }: ImportViews & { one: ImportFieldsFragment }) {
  const queries = useQueryClient()
  const { modal } = App.useApp()
  const good = one.rowCount - one.badRows
  const mark = useAction(async () => save('', (await ask(DownloadMarkedImportDocument, { id: one.id })).system.downloadMarkedImport.url))
  const confirm = useAction(async (partial: boolean) => {
    const { confirmImport } = (await ask(ConfirmImportDocument, { id: one.id, partial })).system
    queries.setQueryData(['imports', 'one', one.id], confirmImport)
  }, { refresh: ['imports'] })
  const again = <Button onClick={() => onShow('new')}>重新上传</Button>
  if (one.badRows === 0) {
    return (
      <>
        <Alert className="z-gap-bottom" type="success" showIcon title={`检查通过，${good} 行可导入`} description={`确认后将写入 ${good} ${noun}。导入后如发现不对，可以撤销本次导入。`} />
        <div className="z-actions">
          {again}
          <Button type="primary" loading={confirm.isPending} onClick={() => confirm.mutate(false)}>全部导入（{good} 行）</Button>
        </div>
        <HintTable rows={one.hintRows} hints={one.hints} />
      </>
    )
  }
  const some = () => modal.confirm({
    title: `只导入正确的 ${good} 行？`,
    content: `有错误的 ${one.badRows} 行不会导入。请先下载标注了错误的文件留存；以后补报时，只保留改好的这 ${one.badRows} 行上传，已导入的行再次上传会被判为重复。`,
    okText: `导入这 ${good} 行`, cancelText: '取消', width: 480, autoFocusButton: 'cancel',
    onOk: () => confirm.mutateAsync(true).catch(() => undefined),
  })
  return (
    <>
      <Alert className="z-gap-bottom" type={good > 0 ? 'warning' : 'error'} showIcon
        title={good > 0 ? `${good} 行可导入，${one.badRows} 行有错误` : `全部 ${one.badRows} 行都有错误，没有可导入的行`}
        description="建议下载标注了错误的文件，按“错误说明”一列改好后重新上传。" />
      <div className="z-actions z-actions--start">
        {one.marked && <Button type="primary" icon={<DownloadOutlined aria-hidden />} loading={mark.isPending} onClick={() => mark.mutate(undefined)}>下载标注了错误的文件</Button>}
        {again}
        {good > 0 && <Button loading={confirm.isPending} onClick={some}>只导入正确的 {good} 行</Button>}
      </div>
      <FaultTable faults={one.faults} />
      <HintTable rows={one.hintRows} hints={one.hints} />
    </>
  )
}
