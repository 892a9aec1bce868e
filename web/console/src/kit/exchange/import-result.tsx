import { UndoImportDocument, type ImportFieldsFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Result } from 'antd'
import { ask } from '../../net/ask'
import { useConfirmDanger } from '../confirm-danger'
import type { ImportViews } from './import-drawer'
import { KeptTable } from './import-tables'

/** How an import ended, and the way to take it back. */
export function ImportResult({ one, kind: { noun, undoing }, onShow, onView }: ImportViews & { one: ImportFieldsFragment }) {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const again = <Button onClick={() => onShow('new')}>导入新文件</Button>
  const view = <Button type="primary" onClick={onView}>查看</Button>
  const undo = () => confirm({
    title: '撤销本次导入？',
    content: <p>将撤销本次导入的 {one.doneRows} {noun}，{undoing}。导入后有改动的行会保留，并列出原因。撤销后不能恢复，需要时请重新导入。</p>,
    okText: '撤销本次导入',
    work: async () => {
      const { undoImport } = (await ask(UndoImportDocument, { id: one.id })).system
      queries.setQueryData(['imports', 'one', one.id], undoImport)
    },
  })
  const takeBack = one.doneRows > 0 && <Button danger onClick={undo}>撤销本次导入</Button>
  if (one.state === 'REFUSED' || one.state === 'FAILED') {
    return (
      <div role="alert">
        <Result status="error" title={one.state === 'REFUSED' ? '文件不能导入' : '导入失败'}
          subTitle={`${one.message ?? '请重新上传后再试'}${one.doneRows > 0 ? `（此前已写入 ${one.doneRows} 行）` : ''}`}
          extra={<><Button type="primary" onClick={() => onShow('new')}>重新上传</Button>{takeBack}</>} />
      </div>
    )
  }
  if (one.state === 'UNDONE') {
    const kept = one.doneRows - one.undoneRows
    return (
      <>
        <div role="status">
          <Result status={kept > 0 ? 'warning' : 'success'} title={`已撤销 ${one.undoneRows} 行`}
            subTitle={kept > 0 ? `${kept} 行在导入后有改动或已被使用，没有撤销，原因见下表` : '本次导入的数据已全部撤销'} extra={<>{view}{again}</>} />
        </div>
        {kept > 0 && <KeptTable id={one.id} count={kept} />}
      </>
    )
  }
  if (one.state !== 'DONE') return <Result status="info" title="文件还没有上传完" extra={again} />
  return (
    <>
      {one.message && <Alert className="z-gap-bottom" type="warning" showIcon title={one.message} />}
      <div role="status">
        <Result status="success" title={`已导入 ${one.doneRows} ${noun}`} subTitle={one.badRows > 0 ? `有错误的 ${one.badRows} 行没有导入` : undefined}
          extra={<>{view}{again}{takeBack}</>} />
      </div>
    </>
  )
}
