import type { MiniScheduleRowFragment, ScheduleInput, ScheduleRepeat, ScheduleWay } from '@zhibu/api/generated'
import { dayOf } from '@/lib/days'

/** What the form holds. */
export interface Form { title: string; note: string; day: string; time: string; repeat: ScheduleRepeat; ahead: number; way: ScheduleWay | null }

export const EMPTY: Form = { title: '', note: '', day: '', time: '', repeat: 'NEVER', ahead: 0, way: null }

export const formOf = ({ title, note, at, repeat, aheadMinutes, way }: MiniScheduleRowFragment): Form =>
  ({ title, note, day: dayOf(at), time: new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(11, 16), repeat, ahead: aheadMinutes, way })

export const inputOf = (form: Form): ScheduleInput => ({
  title: form.title.trim(), note: form.note.trim() || null, at: new Date(Date.parse(`${form.day}T${form.time}:00+08:00`)).toISOString(), repeat: form.repeat, aheadMinutes: form.ahead, way: form.way ?? 'APP',
})

/** Whether a reminder is what a form says: a first try may have arrived though its answer did not. */
export const isSame = (one: MiniScheduleRowFragment, input: ScheduleInput): boolean =>
  one.title === input.title && one.note === (input.note ?? '') && Date.parse(one.at) === Date.parse(input.at) && one.repeat === input.repeat && one.way === input.way && one.aheadMinutes === input.aheadMinutes

/** Whether its reminder would be over before it begins. */
export const isPast = (form: Form, now = Date.now()): boolean =>
  form.repeat === 'NEVER' && form.day !== '' && form.time !== '' && Date.parse(inputOf(form).at) - form.ahead * 60_000 <= now
