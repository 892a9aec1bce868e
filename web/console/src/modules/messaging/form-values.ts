import type { AnnouncementInput, AnnouncementRung, NoticeRuleFragment, NoticeTemplateFragment, NoticeTemplatesQuery } from '@zhibu/api'
import { RequestError } from '../../net/errors'
import { ORDER, rungs } from './words'

/** Somebody or something with its name, which a draft brings back with it. */
export interface Chosen { value: string; label: string }

/** One rung of the ladder as forms hold it: always all of them, some of them on. */
export interface Rung { rung: AnnouncementRung; on: boolean; afterMinutes: number | null; template: string | null; filled: Record<string, string> }

/** What the form holds. The key stays with a draft: what was perhaps sent already is not sent twice. */
export interface Values { key: string; organisation: string | null; title: string; text: string; organisations: Chosen[]; people: Chosen[]; ladder: Rung[] }

export type Templates = NoticeTemplatesQuery['messaging']

/** Templates that a rung may use. */
export const templatesOf = (templates: Templates, rung: AnnouncementRung): NoticeTemplateFragment[] =>
  (rung === 'SMS' ? templates.sms : rung === 'VOICE' ? templates.voice : [])

export const templateOf = (templates: Templates, { rung, template }: Pick<Rung, 'rung' | 'template'>): NoticeTemplateFragment | undefined =>
  templatesOf(templates, rung).find(({ id }) => id === template)

/** What a form starts with: all rungs, those of the rule on. */
export const ladderOf = (rule: Pick<NoticeRuleFragment, 'ladder'> | undefined): Rung[] => ORDER.map((rung) => {
  const own = rule?.ladder.find((one) => one.rung === rung)
  return { rung, on: own !== undefined, afterMinutes: own?.afterMinutes ?? (rung === 'PUSH' ? 0 : 60), template: own?.template ?? null, filled: {} }
})

/** What is still to be filled in before it can be said what a notice costs. */
export function missingOf(values: Values, templates: Templates): string[] {
  const on = values.ladder.filter((rung) => rung.on)
  return [
    ...(values.organisation ? [] : ['发布组织']),
    ...(values.title.trim().length < 2 ? ['标题'] : []),
    ...(values.text.trim().length < 2 ? ['正文'] : []),
    ...(values.organisations.length + values.people.length === 0 ? ['接收范围'] : []),
    ...on.filter(({ afterMinutes }) => afterMinutes === null).map(({ rung }) => `${rungs[rung].label}的等待时间`),
    ...on.filter(({ rung }) => rung !== 'PUSH').flatMap((one) => {
      const template = templateOf(templates, one)
      if (!template) return [`${rungs[one.rung].label}模板`]
      return template.variables.filter((name) => !one.filled[name]?.trim()).map((name) => `${rungs[one.rung].label}中的${name}`)
    }),
  ]
}

/** What is sent. */
export const inputOf = (values: Values, templates: Templates): AnnouncementInput => ({
  organisation: values.organisation ?? '', title: values.title.trim(), text: values.text.trim(),
  organisations: values.organisations.map(({ value }) => value), people: values.people.map(({ value }) => value),
  ladder: values.ladder.filter(({ on }) => on).map((one) => ({
    rung: one.rung, afterMinutes: one.afterMinutes ?? 0, template: one.rung === 'PUSH' ? null : one.template,
    values: (templateOf(templates, one)?.variables ?? []).map((name) => ({ name, value: (one.filled[name] ?? '').trim() })),
  })),
})

/** A refusal whose rungs are counted as the form counts them: the server knows only of those that are on. */
export function placed(cause: unknown, values: Pick<Values, 'ladder'>, templates: Templates): unknown {
  if (!(cause instanceof RequestError)) return cause
  const on = values.ladder.flatMap((one, at) => (one.on ? [{ one, at }] : []))
  const fields = cause.fields.map(({ path, message }) => {
    const [list, index, name, which] = path
    const found = list === 'ladder' && typeof index === 'number' ? on[index] : undefined
    if (!found) return { path, message }
    if (name === undefined || name === 'rung') return { path: ['ladder', found.at, found.one.rung === 'PUSH' ? 'afterMinutes' : 'template'], message }
    if (name !== 'values') return { path: ['ladder', found.at, ...path.slice(2)], message }
    const { variables = [] } = templateOf(templates, found.one) ?? {}
    const variable = typeof which === 'number' ? variables[which] : variables.find((each) => each === which)
    return { path: variable === undefined ? ['ladder', found.at, 'template'] : ['ladder', found.at, 'filled', variable], message }
  })
  return new RequestError(cause.code, cause.message, fields, cause.retryAfter, cause.traceId)
}
