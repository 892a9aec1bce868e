import { RevealMemberDocument, type RevealMemberMutation } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { RevealDialog } from '../../kit/reveal-dialog'
import { ask } from '../../net/ask'

type Revealed = RevealMemberMutation['directory']['revealMember']
interface RevealMemberProps { id: string; open: boolean; onClose: () => void; onRevealed: (plain: Revealed) => void }

/** Asks why what is masked of a member is wanted in full. */
export function RevealMember({ id, open, onClose, onRevealed }: RevealMemberProps) {
  const queries = useQueryClient()
  return (
    <RevealDialog<Revealed>
      name="reveal-member" title="查看敏感信息" okText="查看" open={open} onClose={onClose}
      content="将显示完整的公民身份号码、手机号、固定电话和家庭住址。查看会被记录：查看人、时间和原因将写入该党员的变更记录。"
      reveal={async (reason) => (await ask(RevealMemberDocument, { id, reason })).directory.revealMember}
      onRevealed={(plain) => {
        onRevealed(plain)
        void queries.invalidateQueries({ queryKey: ['members', 'changes', id] })
      }}
    />
  )
}
