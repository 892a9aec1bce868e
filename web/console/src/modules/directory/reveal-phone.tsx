import { RevealContactPhoneDocument } from '@zhibu/api'
import { RevealDialog } from '../../kit/reveal-dialog'
import { ask } from '../../net/ask'

interface RevealPhoneProps { id: string; open: boolean; onClose: () => void; onPhone: (phone: string) => void }

/** Asks why a telephone number is wanted in full. */
export const RevealPhone = ({ id, open, onClose, onPhone }: RevealPhoneProps) => (
  <RevealDialog
    name="reveal-phone" title="查看联系电话" okText="查看号码" open={open} onClose={onClose} onRevealed={onPhone}
    content="查看完整号码会被记录：查看人、时间和原因将写入该组织的变更记录。"
    reveal={async (reason) => (await ask(RevealContactPhoneDocument, { id, reason })).directory.revealContactPhone}
  />
)
