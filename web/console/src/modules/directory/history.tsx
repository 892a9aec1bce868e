import { OrganisationChangesDocument } from '@zhibu/api'
import { ChangeHistory } from '../../kit/change-history'
import { ask } from '../../net/ask'

/** 变更记录 of an organisation. */
export const History = ({ id }: { id: string }) => (
  <ChangeHistory
    name={['organisations', 'history', id]}
    load={async (after, signal) => (await ask(OrganisationChangesDocument, { id, first: 20, after }, signal)).directory.organisationChanges}
  />
)
