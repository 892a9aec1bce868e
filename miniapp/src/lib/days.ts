/** A moment of the server as a day in China, `2026-11-27`. */
export const dayOf = (moment: string): string => new Date(Date.parse(moment) + 8 * 3_600_000).toISOString().slice(0, 10)

/** `2026-11-27` in words. */
export const dayWords = (day: string | null | undefined): string => (day ? `${Number(day.slice(0, 4))}年${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日` : '未填写')

/** A moment as `11月27日 09:05` in China. */
export function momentWords(moment: string): string {
  const at = new Date(Date.parse(moment) + 8 * 3_600_000).toISOString()
  return `${at.slice(0, 4)}年${Number(at.slice(5, 7))}月${Number(at.slice(8, 10))}日 ${at.slice(11, 16)}`
}

/** Today in China. */
export const today = (): string => dayOf(new Date().toISOString())
