/** Characters a unified social credit code may hold (GB 32100: no I O S V Z). */
const USCC_CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** The check character that belongs to the first 17 characters, or null when they are not valid. */
export function usccCheckCharacter(body: string): string | null {
  if (body.length !== 17) return null
  let sum = 0
  let weight = 1
  for (const character of body) {
    const value = USCC_CHARACTERS.indexOf(character)
    if (value < 0) return null
    sum += value * weight
    weight = (weight * 3) % 31
  }
  return USCC_CHARACTERS[(31 - (sum % 31)) % 31] ?? null
}

/** What is wrong with a unified social credit code, in words; null when it is right. */
export function usccFault(value: string): string | null {
  const code = normalUscc(value)
  if (code.length !== 18) return `统一社会信用代码为 18 位，现为 ${code.length} 位`
  const expected = usccCheckCharacter(code.slice(0, 17))
  if (expected === null) return '统一社会信用代码只含数字和大写字母（无 I、O、S、V、Z）'
  return expected === code[17] ? null : '统一社会信用代码校验位错误，请核对'
}

/** Upper case, without blanks and hyphens. */
export const normalUscc = (value: string): string => value.replace(/[\s-]/g, '').toUpperCase()

/** A mobile number as the server stores it: without blanks, hyphens and +86. */
export const normalMobile = (value: string): string => value.replace(/[\s-]/g, '').replace(/^\+?86(?=1\d{10}$)/, '')

/** Whether this is a mainland mobile number. */
export const isMobile = (value: string): boolean => /^1[3-9]\d{9}$/.test(normalMobile(value))

/** Whether the server masked this text: the mobile number of an account that has no user name. */
export const isMasked = (value: string): boolean => value.includes('*')

/** Whether this is a mobile or a landline number with area code. */
export const isPhone = (value: string): boolean =>
  isMobile(value) || /^0\d{2,3}-?\d{7,8}$/.test(value.trim())

/** A mobile or landline number as it is sent; landlines keep their hyphen. */
export const normalPhone = (value: string): string => (isMobile(value) ? normalMobile(value) : value.trim())

/** What is wrong with a user name, in words; null when it is right. A mobile number is no user name. */
export function userNameFault(value: string): string | null {
  const name = value.trim()
  if (name.length < 2 || name.length > 32) return '用户名应为 2 至 32 个字符'
  if (!/^[A-Za-z0-9_.\-\u4e00-\u9fff]+$/.test(name)) return '用户名只能包含字母、数字、汉字和 _ . -'
  return isMobile(name) ? '用户名不能是手机号' : null
}

/** One line of the password checklist. */
export interface PasswordRule { key: string; label: string; met: boolean }

/** The rules a new password must meet, each with whether it does. */
export function passwordRules(password: string, userName: string): PasswordRule[] {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length
  const name = userName.trim().toLowerCase()
  return [
    { key: 'length', label: '至少 8 个字符', met: password.length >= 8 },
    { key: 'classes', label: '大写字母、小写字母、数字、符号四类中至少三类', met: classes >= 3 },
    { key: 'name', label: '不包含用户名', met: password !== '' && (name.length < 3 || !password.toLowerCase().includes(name)) },
    { key: 'initial', label: '不是初始密码', met: password !== '' && password !== 'ABC#123' },
  ]
}

/** Whether all password rules are met. */
export const isGoodPassword = (password: string, userName: string): boolean =>
  passwordRules(password, userName).every((rule) => rule.met)

/** How an organisation stands to its unit, as the form treats it: least and most units. */
export const UNIT_COUNT = {
  SAME_AS_PARENT: { least: 0, most: 0 },
  LEGAL_UNIT: { least: 1, most: 1 },
  JOINT: { least: 2, most: 5 },
} as const

/** Elected bodies and their usual term in years; other types have no term. */
export const USUAL_TERM: Partial<Record<string, number>> = {
  PARTY_COMMITTEE: 5, GENERAL_BRANCH: 3, BRANCH: 3, JOINT_BRANCH: 3, MOBILE_BRANCH: 3,
}
