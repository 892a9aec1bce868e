import { isMobile, userNameFault } from '@zhibu/api'

const judge = (fault: string | null): Promise<void> => (fault ? Promise.reject(new Error(fault)) : Promise.resolve())

/** A user name, if given. */
export const userNameRule = { validator: (_rule: unknown, value: string | undefined) => judge(value ? userNameFault(value) : null) }

/** A mobile number, if given. */
export const mobileRule = { validator: (_rule: unknown, value: string | undefined) => judge(!value || isMobile(value) ? null : '请输入 11 位手机号') }
