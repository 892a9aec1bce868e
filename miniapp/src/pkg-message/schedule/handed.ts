import type { MiniScheduleRowFragment } from '@zhibu/api/generated'
import { session } from '@/lib/session'
import { keep, recall } from '@/lib/storage'

const opened = () => `schedule.${session.get()?.account.id ?? ''}`

/** Hands a reminder of the list on to its page; kept, so that the page can be opened anew. */
export const hand = (one: MiniScheduleRowFragment): void => keep(opened(), one)

/** The reminder that was handed on. */
export function handed(id: string | null): MiniScheduleRowFragment | null {
  const one = recall<MiniScheduleRowFragment>(opened())
  return id !== null && one?.id === id ? one : null
}
