import { MeetingDocument, MeetingSeatsDocument, type GeoFrame, type MeetingAttend, type MeetingFullFragment, type MeetingInput, type MeetingMode, type MeetingSeatFragment } from '@zhibu/api'
import { ask } from '../../net/ask'
import type { Chosen } from './people-select'

/** What the form holds: people with their names. */
export interface Values {
  organisation: string | null
  types: string[]
  title: string
  mode: MeetingMode
  startsAt: string | null
  endsAt: string | null
  place?: string | null
  link?: string | null
  agenda: string
  host?: Chosen | null
  recorder?: Chosen | null
  speaker?: string | null
  observers?: string | null
  attend: MeetingAttend
  named: Chosen[]
  guests: Chosen[]
  exempt: { person?: Chosen | null; reason?: string }[]
  lateMinutes: number
  fenced: boolean
  fence?: { latitude?: number | null; longitude?: number | null; frame?: GeoFrame; radius?: number | null }
}

/** A meeting with its whole list. */
export interface Record { full: MeetingFullFragment; seats: MeetingSeatFragment[] }

/** The fields in words, for what others changed meanwhile. */
export const WORDS: Partial<globalThis.Record<keyof Values, string>> = {
  types: '会议类型', title: '会议主题', mode: '会议方式', startsAt: '开始时间', endsAt: '结束时间', place: '会议地点', link: '会议链接', agenda: '会议议程', host: '主持人',
  recorder: '记录人', speaker: '主讲人', observers: '列席人员', attend: '参会范围', named: '增加的参会人员', guests: '列席党员', exempt: '不计入应到的人员', lateMinutes: '迟到时限', fence: '签到范围',
}

/** What the list says by itself of those who float or are out of contact. */
const BY_ITSELF = ['失联', '流动党员']

/** Everybody on the list of a meeting. */
export async function seatsOf(meeting: string, signal?: AbortSignal): Promise<MeetingSeatFragment[]> {
  const seats: MeetingSeatFragment[] = []
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: { nodes: MeetingSeatFragment[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } =
      (await ask(MeetingSeatsDocument, { meeting, first: 100, after }, signal)).meeting.people
    seats.push(...nodes)
    if (!pageInfo.hasNextPage) return seats
    after = pageInfo.endCursor
  }
}

export async function recordOf(id: string, signal?: AbortSignal): Promise<Record> {
  const full = (await ask(MeetingDocument, { id }, signal)).meeting.meeting
  return { full, seats: await seatsOf(id, signal) }
}

const person = ({ id, name }: { id: string; name: string }): Chosen => ({ value: id, label: name })
const seated = (seat: MeetingSeatFragment): Chosen => ({ value: seat.person, label: seat.name })

export function valuesOf({ full, seats }: Record): Values {
  const { meeting: { organisation, types, title, mode, startsAt, endsAt, place }, fence } = full
  return {
    organisation: organisation.id, types: types.map(({ code }) => code), title, mode, startsAt, endsAt, place, link: full.link, agenda: full.agenda,
    host: full.host && person(full.host), recorder: full.recorder && person(full.recorder), speaker: full.speaker, observers: full.observers,
    attend: full.attend, lateMinutes: full.lateMinutes, fenced: fence !== null,
    named: seats.filter(({ chosen, part }) => chosen && part !== 'OBSERVER').map(seated),
    guests: seats.filter(({ part }) => part === 'OBSERVER').map(seated),
    exempt: seats.filter(({ part, partReason }) => part === 'EXEMPT' && !BY_ITSELF.includes(partReason ?? '')).map((seat) => ({ person: seated(seat), reason: seat.partReason ?? '' })),
    fence: fence ? { latitude: fence.latitude, longitude: fence.longitude, frame: 'WGS84', radius: fence.radius } : { frame: 'WGS84', radius: 300 },
  }
}

/** What is sent. */
export const inputOf = (values: Values): MeetingInput => ({
  organisation: values.organisation ?? '', types: values.types, title: values.title, mode: values.mode, startsAt: values.startsAt ?? '', endsAt: values.endsAt ?? '',
  place: values.mode === 'VIDEO' ? null : values.place ?? null, link: values.mode === 'OFFLINE' ? null : values.link ?? null, agenda: values.agenda,
  speaker: values.speaker ?? null, observers: values.observers ?? null, host: values.host?.value ?? null, recorder: values.recorder?.value ?? null,
  lateMinutes: values.lateMinutes, attend: values.attend, named: values.named.map(({ value }) => value), guests: values.guests.map(({ value }) => value),
  exempt: values.exempt.map(({ person: who, reason }) => ({ person: who?.value ?? '', reason: reason ?? '' })),
  fence: values.fenced && values.mode !== 'VIDEO'
    ? { latitude: values.fence?.latitude ?? 0, longitude: values.fence?.longitude ?? 0, frame: values.fence?.frame ?? 'WGS84', radius: values.fence?.radius ?? 300 }
    : null,
})
