import type { ChoiceFieldsFragment } from '@zhibu/api'

/** What holds while nothing is chosen, in words. */
export const usualWords = ({ usual }: ChoiceFieldsFragment, unit: string, any = ''): string => (usual === null ? any : `默认 ${usual} ${unit}`)

/** The number in a field; nothing is no choice. */
export const numberOf = (text: string | undefined): number | null => (text?.trim() ? Number(text.normalize('NFKC')) : null)

/** The rule of a number that may be left out. */
export const bounds = (label: string, { least, most }: ChoiceFieldsFragment) => ({
  validator: (_rule: unknown, text: string | undefined) => {
    const number = numberOf(text)
    const fits = number === null || (Number.isInteger(number) && number >= least && number <= most)
    return fits ? Promise.resolve() : Promise.reject(new Error(`${label}应为${least}至${most}`))
  },
})

/** The lines of a text, without empty ones. */
export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean)
