import { ImportsDocument, importStates } from '@zhibu/api'
import { Button } from 'antd'
import { ask } from '../../net/ask'
import { StatusTag } from '../status-tag'
import { instant } from '../words'
import type { ImportViews } from './import-drawer'
import { summary } from './imports'
import { Records } from './records'

/** 导入记录: the own imports of this kind, each with the way back into it. */
export function ImportRecords({ kind: { template }, onShow }: ImportViews) {
  return (
    <Records
      name={['imports', 'list', template]} label="导入记录" empty="还没有导入过"
      load={async (after, signal) => (await ask(ImportsDocument, { template, first: 20, after }, signal)).system.imports}
      row={(one) => (
        <>
          <div>
            <p className="z-inline"><b>{one.fileName}</b><StatusTag dict={importStates} value={one.state} /></p>
            <p className="z-muted">{[instant(one.createdAt), summary(one)].filter(Boolean).join(' · ')}</p>
          </div>
          <Button aria-label={`${one.state === 'CHECKED' ? '继续' : '查看'} ${one.fileName}`} onClick={() => onShow(one.id)}>{one.state === 'CHECKED' ? '继续' : '查看'}</Button>
        </>
      )}
    />
  )
}
