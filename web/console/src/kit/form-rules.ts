import { isMobile, userNameFault } from '@zhibu/api'

const judge = (fault: string | null): Promise<void> => (fault ? Promise.reject(new Error(fault)) : Promise.resolve())

/** A user name, if given. */
export const userNameRule = { validator: (_rule: unknown, value: string | undefined) => judge(value ? userNameFault(value) : null) }

/** A mobile number, if given. */
export const mobileRule = { validator: (_rule: unknown, value: string | undefined) => judge(!value || isMobile(value) ? null : '请输入 11 位手机号') }

/** The six digits of a text message. */
export const smsCodeRules = [{ required: true, message: '请输入短信验证码' }, { pattern: /^\d{6}$/, message: '验证码为 6 位数字' }]
