import { UnreadMessagesDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../net/ask'
import { asRequestError } from '../../net/errors'

export const UNREAD = ['unread'] as const

/** How many own messages are unread: asked every minute and when one comes back to the page. `closed` where a tenant does not use this module. */
export function useUnread(): { unread: number; closed: boolean } {
  const { data = 0, error } = useQuery({
    queryKey: UNREAD, queryFn: async ({ signal }) => (await ask(UnreadMessagesDocument, {}, signal)).messaging.unread,
    refetchInterval: ({ state }) => (refused(state.error) ? false : 60_000), refetchOnWindowFocus: ({ state }) => (refused(state.error) ? false : 'always'), staleTime: 5_000,
  })
  return { unread: data, closed: refused(error) }
}

/** A refusal stands; a fault of the network passes. */
const refused = (error: Error | null): boolean => error !== null && !['NETWORK', 'UNAVAILABLE', 'UNAUTHENTICATED'].includes(asRequestError(error).code)
