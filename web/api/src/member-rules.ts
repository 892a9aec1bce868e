import type { MemberType } from './generated'

/** First two digits of the regions (GB/T 2260) that identity numbers begin with; 99 is made up, and the server takes it in demo tenants only. */
const REGIONS = new Set('11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 99'.split(' '))
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** The check character that belongs to the first 17 digits of an identity number (GB 11643), or null when they are no digits. */
export function idCheckCharacter(body: string): string | null {
  if (!/^\d{17}$/.test(body)) return null
  const sum = ID_WEIGHTS.reduce((total, weight, at) => total + weight * Number(body[at]), 0)
  return '10X98765432'[sum % 11] ?? null
}

/** An identity number as the server stores it: without blanks, X in upper case. */
export const normalId = (value: string): string => value.replace(/\s/g, '').toUpperCase()

const isDay = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** What is wrong with an identity number, in words; null when it is right. */
export function idFault(value: string, today: string): string | null {
  const number = normalId(value)
  if (number.length !== 18) return `公民身份号码为 18 位，现为 ${number.length} 位`
  const expected = idCheckCharacter(number.slice(0, 17))
  if (expected === null) return '公民身份号码前 17 位只能是数字'
  if (expected !== number[17]) return '公民身份号码校验位错误，请逐位核对'
  if (!REGIONS.has(number.slice(0, 2))) return '公民身份号码的地区码不存在'
  const birth = birthOf(number)
  return isDay(birth) && birth <= today && yearsLater(birth, 150) > today ? null : '公民身份号码中的出生日期不正确'
}

const birthOf = (number: string): string => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`

/** Sex (dictionary code) and day of birth that an identity number holds; it must be right. */
export function idFacts(value: string): { sex: string; birthDate: string } {
  const number = normalId(value)
  return { sex: Number(number[16]) % 2 === 1 ? '1' : '2', birthDate: birthOf(number) }
}

/** The same day some years later; 29 February becomes the 28th, or with `over` 1 March. */
export function yearsLater(day: string, years: number, over = false): string {
  const text = `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`
  return isDay(text) ? text : text.replace('-02-29', over ? '-03-01' : '-02-28')
}

const dayBefore = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)

/** Whether people who joined on this day had no probation (1969-04-01 to 1977-08-11). */
export const withoutProbation = (join: string): boolean => join >= '1969-04-01' && join <= '1977-08-11'

/** The day a member who joined then usually becomes a formal one; null when there is none, or not yet. */
export function usualConversion(join: string, today: string): string | null {
  const day = yearsLater(join, 1)
  return withoutProbation(join) || day > today ? null : day
}

/** What a form says of a member's days; each `YYYY-MM-DD`. */
export interface MemberDays {
  birthDate?: string | null
  archiveBirthDate?: string | null
  firstWorkDate?: string | null
  memberType?: MemberType
  joinDate?: string | null
  conversionDate?: string | null
  lost?: boolean
  lostOn?: string | null
}

/** What is wrong with a member's days, field by field, in words. */
export function dayFaults(member: MemberDays, today: string): Partial<Record<keyof MemberDays, string>> {
  const { birthDate: birth, firstWorkDate: work, joinDate: join } = member
  const faults: Partial<Record<keyof MemberDays, string>> = {}
  if (member.archiveBirthDate && member.archiveBirthDate > today) faults.archiveBirthDate = '档案出生日期不能晚于今天'
  if (work && work > today) faults.firstWorkDate = '参加工作时间不能晚于今天'
  if (work && birth && work <= birth) faults.firstWorkDate = '参加工作时间不能早于出生日期'
  if (join && join > today) faults.joinDate = '加入党组织日期不能晚于今天'
  else if (join && join < '1921-07-01') faults.joinDate = '加入党组织日期不能早于 1921 年 7 月 1 日'
  else if (join && birth && join < yearsLater(birth, 18, true)) faults.joinDate = '入党时未满 18 周岁，请核对'
  const conversion = conversionFault(member, today)
  if (conversion) faults.conversionDate = conversion
  if (member.lost && !member.lostOn) faults.lostOn = '请选择失去联系日期'
  if (member.lost && member.lostOn && member.lostOn > today) faults.lostOn = '失去联系日期不能晚于今天'
  else if (member.lost && member.lostOn && join && member.lostOn < join) faults.lostOn = '失去联系日期不能早于加入党组织日期'
  return faults
}

function conversionFault({ memberType, joinDate: join, conversionDate: day }: MemberDays, today: string): string | null {
  if (memberType !== 'FORMAL') return null
  const free = Boolean(join) && withoutProbation(join ?? '')
  if (!day) return free ? null : '正式党员须填写转正日期'
  if (day > today) return '转正日期不能晚于今天'
  if (!join) return null
  const earliest = free ? join : dayBefore(yearsLater(join, 1))
  return day < earliest ? `转正日期不能早于预备期满（${earliest}）` : null
}
