import { RevealContactPhoneDocument } from '@zhibu/api'
import { Button } from 'antd'
import { useState } from 'react'
import { useAction } from '../../kit/use-action'
import { orDash } from '../../kit/words'
import { ask } from '../../net/ask'

/** A masked telephone number; 查看 shows it in full and leaves an audit record. */
export function ContactPhone({ id, masked }: { id: string; masked: string }) {
  const [plain, setPlain] = useState<string | null>(null)
  const reveal = useAction(async () => (await ask(RevealContactPhoneDocument, { id })).directory.revealContactPhone, { done: setPlain })
  return (
    <span className="z-inline">
      {plain ?? orDash(masked)}
      {plain === null && masked !== '' && <Button type="link" size="small" title="查看会留下记录" aria-label="查看联系电话" loading={reveal.isPending} onClick={() => reveal.mutate(undefined)}>查看</Button>}
    </span>
  )
}
