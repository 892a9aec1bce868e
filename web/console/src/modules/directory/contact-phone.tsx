import { Button } from 'antd'
import { useState } from 'react'
import { usePermission } from '../../kit/permissions'
import { orDash } from '../../kit/words'
import { RevealPhone } from './reveal-phone'

/** A masked telephone number; 查看 asks for a reason and shows it in full. */
export function ContactPhone({ id, masked }: { id: string; masked: string }) {
  const [plain, setPlain] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const may = usePermission('org.reveal_contact')
  return (
    <span className="z-inline">
      {plain ?? orDash(masked)}
      {plain === null && masked !== '' && may && <Button type="link" size="small" aria-label="查看联系电话" onClick={() => setAsking(true)}>查看</Button>}
      <RevealPhone id={id} open={asking} onClose={() => setAsking(false)} onPhone={setPlain} />
    </span>
  )
}
