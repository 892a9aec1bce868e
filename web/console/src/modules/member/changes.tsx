import { MemberChangesDocument } from '@zhibu/api'
import { ChangeHistory } from '../../kit/change-history'
import { ask } from '../../net/ask'

/** 变更记录 of a member, present or former. */
export const Changes = ({ id }: { id: string }) => (
  <ChangeHistory
    name={['members', 'changes', id]}
    load={async (after, signal) => (await ask(MemberChangesDocument, { id, first: 20, after }, signal)).directory.memberChanges}
  />
)
