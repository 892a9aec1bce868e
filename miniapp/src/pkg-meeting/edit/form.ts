import { MiniMeetingSeatsDocument } from '@zhibu/api/documents/mini-meeting-hold'
import type { GeoFrame, MeetingAttend, MeetingInput, MeetingMode, MiniMeetingWholeFragment, MiniSeatFragment } from '@zhibu/api/generated'
import { ask } from '@/lib/ask'
import { dayOf } from '@/lib/days'
import type { Chosen } from '../../pkg-manage/finder'
import { clock } from '../words'

/** What the form holds. */
export interface Form {
  place: Chosen[]
  types: string[]
  title: string
  mode: MeetingMode
  day: string
  time: string
  minutes: number
  where: string
  link: string
  agenda: string
  attend: MeetingAttend
  named: Chosen[]
  speaker: string
  lateMinutes: number
  fence: { latitude: number; longitude: number; frame: GeoFrame; radius: number; accuracy?: number } | null
}

export const EMPTY: Form = { place: [], types: [], title: '', mode: 'OFFLINE', day: '', time: '', minutes: 120, where: '', link: '', agenda: '', attend: 'MEMBERS', named: [], speaker: '', lateMinutes: 10, fence: null }

const HTTPS = 'https://'

/** The address in what was typed or pasted: whoever copies an invitation copies its words too, and phones begin with a capital. */
export const linkOf = (typed: string): string => {
  const found = /https:\/\/[\x21-\x7e]+/i.exec(typed)?.[0]
  return found ? HTTPS + found.slice(HTTPS.length) : typed
}

/** Whether the server would refuse a link; none is allowed. */
export const isWrongLink = ({ mode, link }: Form): boolean => mode !== 'OFFLINE' && link.trim() !== '' && !link.trim().startsWith(HTTPS)

/** A day and a time in China as the server wants them. */
const moment = (day: string, time: string, minutes = 0): string => new Date(Date.parse(`${day}T${time}:00+08:00`) + minutes * 60_000).toISOString()

/** Everybody on the list of a meeting. */
export async function seatsOf(meeting: string): Promise<MiniSeatFragment[]> {
  const seats: MiniSeatFragment[] = []
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: { nodes: MiniSeatFragment[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } = (await ask(MiniMeetingSeatsDocument, { meeting, first: 100, after })).meeting.people
    seats.push(...nodes)
    if (!pageInfo.hasNextPage) return seats
    after = pageInfo.endCursor ?? null
  }
}

const chosen = ({ person, name }: MiniSeatFragment): Chosen => ({ id: person, name })

export function formOf({ meeting, fence, agenda, attend, link, speaker, lateMinutes }: MiniMeetingWholeFragment, seats: MiniSeatFragment[]): Form {
  return {
    place: [{ id: meeting.organisation.id, name: meeting.organisation.shortName }], types: meeting.types.map(({ code }) => code), title: meeting.title, mode: meeting.mode,
    day: dayOf(meeting.startsAt), time: clock(meeting.startsAt), minutes: Math.round((Date.parse(meeting.endsAt) - Date.parse(meeting.startsAt)) / 60_000),
    where: meeting.place ?? '', link: link ?? '', agenda, attend, named: seats.filter((seat) => seat.chosen && seat.part !== 'OBSERVER').map(chosen), speaker: speaker ?? '', lateMinutes,
    fence: fence ? { latitude: fence.latitude, longitude: fence.longitude, frame: 'WGS84', radius: fence.radius } : null,
  }
}

/** What the list says by itself of those who float or are out of contact. */
const BY_ITSELF = ['失联', '流动党员']

/** What is sent; of a meeting that is edited, what only a computer can edit stays as it is. */
export function inputOf(form: Form, before: { whole: MiniMeetingWholeFragment; seats: MiniSeatFragment[] } | null): MeetingInput {
  const kept: Partial<MeetingInput> = before ? {
    observers: before.whole.observers, host: before.whole.host?.id ?? null, recorder: before.whole.recorder?.id ?? null,
    guests: before.seats.filter(({ part }) => part === 'OBSERVER').map(({ person }) => person),
    exempt: before.seats.filter(({ part, partReason }) => part === 'EXEMPT' && !BY_ITSELF.includes(partReason ?? '')).map(({ person, partReason }) => ({ person, reason: partReason ?? '' })),
  } : {}
  return {
    ...kept, organisation: form.place[0]?.id ?? '', types: form.types, title: form.title.trim(), mode: form.mode, speaker: form.speaker.trim() || null, lateMinutes: form.lateMinutes,
    startsAt: moment(form.day, form.time), endsAt: moment(form.day, form.time, form.minutes), place: form.mode === 'VIDEO' ? null : form.where.trim() || null,
    link: form.mode === 'OFFLINE' ? null : form.link.trim() || null, agenda: form.agenda.trim(),
    attend: form.attend, named: form.named.map(({ id }) => id),
    fence: form.fence && form.mode !== 'VIDEO' ? { latitude: form.fence.latitude, longitude: form.fence.longitude, frame: form.fence.frame, radius: form.fence.radius } : null,
  }
}
