import { idFault, normalId } from '@zhibu/api/member-rules'
import { isMobile, normalMobile } from '@zhibu/api/rules'
import { today } from '@/lib/days'

/** What is wrong with an identity number so far; nothing while it is being typed. */
export const idFaultOf = (value: string): string | null => (normalId(value).length < 18 ? null : idFault(value.trim(), today()))

/** Whether an identity number is whole and right. */
export const isId = (value: string): boolean => normalId(value).length === 18 && !idFault(value.trim(), today())

/** What is wrong with a mobile number so far. */
export const mobileFaultOf = (value: string): string | null => (normalMobile(value).length < 11 || isMobile(value) ? null : '请输入 11 位手机号')

/** Year and month, as `2026-10`. */
export const isMonth = (value: string): boolean => /^\s*\d{4}-(0[1-9]|1[0-2])\s*$/.test(value)

/** A word of a dictionary. */
export const wordOf = (entries: readonly { kind: string; code: string; label: string }[], kind: string, code: string | null | undefined): string =>
  entries.find((one) => one.kind === kind && one.code === code)?.label ?? code ?? ''

/** The words of a dictionary to choose from. */
export const optionsOf = (entries: readonly { kind: string; code: string; label: string }[], kind: string) =>
  entries.filter((one) => one.kind === kind).map(({ code, label }) => ({ key: code, label }))
