import { UndoChangesDocument, type UndoChangesMutation, type UndoMode } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Modal } from 'antd'
import { ChangedFields } from '../../../kit/change-history'
import { QueryBoundary } from '../../../kit/states'
import { useAction } from '../../../kit/use-action'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

type Outcome = UndoChangesMutation['system']['undoChanges']

/** Changes that may be taken back at once. */
export const MOST_UNDONE = 50

const undo = async (ids: readonly string[], mode: UndoMode, signal?: AbortSignal): Promise<Outcome> =>
  (await ask(UndoChangesDocument, { ids: [...ids], mode }, signal)).system.undoChanges

/** 撤销变更: what would become what and what stays for which reason; then everything, or what is possible. */
export function UndoDialog({ ids, onClose, onDone }: { ids: readonly string[]; onClose: () => void; onDone: () => void }) {
  const preview = useQuery({ queryKey: ['undo', ids], queryFn: ({ signal }) => undo(ids, 'PREVIEW', signal), gcTime: 0, retry: false })
  const act = useAction((mode: UndoMode) => undo(ids, mode), {
    refresh: ['audit'],
    done: ({ done }) => { if (done) onDone() },
  })
  const shown = act.data && !act.data.done ? act.data : preview.data
  const possible = shown?.steps.filter(({ refusal }) => refusal === null).length ?? 0
  const whole = shown !== undefined && possible === shown.steps.length
  return (
    <Modal open title="撤销变更" width={760} onCancel={onClose} mask={{ closable: false }} footer={[
      <Button key="cancel" onClick={onClose}>取消</Button>,
      <Button key="undo" type="primary" disabled={possible === 0} loading={act.isPending} onClick={() => act.mutate(whole ? 'ALL' : 'POSSIBLE')}>
        {whole ? `全部撤销（${possible} 条）` : `撤销可撤销的 ${possible} 条`}
      </Button>,
    ]}>
      <QueryBoundary query={preview}>{() => shown && (
        <>
          <Alert className="z-gap-bottom" showIcon type={whole ? 'info' : 'warning'} title={whole
            ? '撤销会把下列内容改回变更前的样子，并作为一次新的修改记入审计日志。'
            : `${shown.steps.length - possible} 条不能撤销，原因见下；其余 ${possible} 条可以撤销。`} />
          <ol className="z-history" aria-label="撤销预览">{shown.steps.map((step) => <Step key={step.entry.id} step={step} />)}</ol>
        </>
      )}</QueryBoundary>
    </Modal>
  )
}

function Step({ step: { entry, name, fields, refusal } }: { step: Outcome['steps'][number] }) {
  return (
    <li>
      <p>
        <b>{entry.action} · {name ?? entry.kindLabel}</b>
        <span className="z-muted">{instant(entry.at)} · {entry.by}</span>
        <span className={`z-tag z-tag--${refusal === null ? 'ok' : 'off'}`}>{refusal === null ? '可撤销' : '不能撤销'}</span>
      </p>
      {refusal === null ? <ChangedFields fields={fields} heads={['现在', '撤销后']} /> : <p>{refusal}</p>}
    </li>
  )
}
