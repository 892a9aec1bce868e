import dayjs from 'dayjs'

/** An instant as people here write it. */
export const instant = (value: string | null | undefined): string => (value ? dayjs(value).format('YYYY-MM-DD HH:mm') : '—')

/** A calendar day. */
export const day = (value: string | null | undefined): string => (value ? dayjs(value).format('YYYY-MM-DD') : '—')

/** A value or a dash. */
export const orDash = (value: string | number | null | undefined): string => (value === null || value === undefined || value === '' ? '—' : String(value))

/** The value when the dictionary has it; for values that come from the address bar. */
export function oneOf<Key extends string>(words: Record<Key, unknown>, value: string | undefined): Key | undefined {
  return value !== undefined && Object.hasOwn(words, value) ? (value as Key) : undefined
}

/** Today as addresses and forms hold days. */
export const today = (): string => dayjs().format('YYYY-MM-DD')
