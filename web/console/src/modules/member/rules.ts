import { dayFaults, type MemberDays } from '@zhibu/api'
import type { FormRule } from 'antd'
import { today } from '../../kit/words'

const judge = (fault: string | null | undefined): Promise<void> => (fault ? Promise.reject(new Error(fault)) : Promise.resolve())

/** A text or choice that must be there. */
export const required = (message: string): FormRule => ({ required: true, whitespace: true, message })

/** A day that must fit the other days of the form. */
export const fits = (name: keyof MemberDays): FormRule => ({ getFieldsValue }) => ({
  validator: () => judge(dayFaults(getFieldsValue(true) as MemberDays, today())[name]),
})

/** A text, if given, must have nothing wrong. */
export const right = (fault: (value: string) => string | null): FormRule => ({
  validator: (_rule, value: string | undefined) => judge(value?.trim() ? fault(value) : null),
})
