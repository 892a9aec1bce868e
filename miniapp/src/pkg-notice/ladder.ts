import type { AnnouncementRung, AnnouncementRungInput, MiniNoticeStartQuery } from '@zhibu/api/generated'
import { minutesWords, rungs } from '@zhibu/api/messaging-words'

type Start = MiniNoticeStartQuery['messaging']
type Template = Start['sms'][number]
/** What the sender gives for the variables of a rung's template. */
export type Values = Partial<Record<AnnouncementRung, Record<string, string>>>

/** A step of the usual ladder: when it comes, counted from the notice, and what stands in its way. */
export interface Step { rung: AnnouncementRung; after: number; template: Template | null; hindrance: string | null }

/** The longest that a step may wait for the one before. */
const LONGEST = 10_080

/** The ladder that the tenant's rule has for notices. */
export function stepsOf({ rules, sms, voice }: Start): Step[] {
  const ladder = rules.find(({ occasion }) => occasion === 'ANNOUNCEMENT')?.ladder ?? []
  let after = 0
  return ladder.map(({ rung, afterMinutes, template: id }) => {
    after += afterMinutes
    const template = (rung === 'SMS' ? sms : voice).find((one) => one.id === id) ?? null
    const hindrance = rung === 'PUSH' || template ? null : `没有可用的${rung === 'SMS' ? '短信' : '语音'}模板，请联系管理员在电脑上设置`
    return { rung, after, template, hindrance }
  })
}

/** When a step comes, in words. */
export const whenWords = ({ rung, after }: Step): string =>
  `${after === 0 ? '发布后马上' : `发布 ${minutesWords(after)}后还没有读的，`}${rung === 'VOICE' ? '打电话播报' : rung === 'SMS' ? '发短信' : `发${rungs.PUSH.label}`}`

/** The steps that are wanted, each as long after the notice as in the whole ladder. */
export function ladderOf(steps: readonly Step[], off: readonly AnnouncementRung[], values: Values): AnnouncementRungInput[] {
  let before = 0
  return wanted(steps, off).map(({ rung, after, template }) => {
    const afterMinutes = Math.min(after - before, LONGEST)
    before = after
    const given = template?.variables.map((name) => ({ name, value: values[rung]?.[name]?.trim() ?? '' }))
    return { rung, afterMinutes, template: template?.id ?? null, values: given?.length ? given : null }
  })
}

/** The steps that will be taken. */
export const wanted = (steps: readonly Step[], off: readonly AnnouncementRung[]): Step[] => steps.filter(({ rung, hindrance }) => !hindrance && !off.includes(rung))

/** Whether everything that the templates want from the sender is there. */
export const isGiven = (steps: readonly Step[], off: readonly AnnouncementRung[], values: Values): boolean =>
  wanted(steps, off).every(({ rung, template }) => (template?.variables ?? []).every((name) => values[rung]?.[name]?.trim()))
