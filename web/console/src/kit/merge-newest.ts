/** After a conflict: what to take from the newest record, and the words of the fields that both sides changed. */
export function mergeNewest<Values extends object>(
  words: Partial<Record<keyof Values, string>>, base: Values, newest: Values, typed: Values,
): { take: Partial<Values>; both: string[] } {
  const take: Partial<Values> = {}
  const both: string[] = []
  const plain = (value: unknown) => JSON.stringify(value ?? null)
  for (const key of Object.keys(words) as (keyof Values)[]) {
    if (plain(newest[key]) === plain(base[key])) continue
    if (plain(typed[key]) === plain(base[key])) take[key] = newest[key]
    else if (plain(typed[key]) !== plain(newest[key])) both.push(words[key] ?? String(key))
  }
  return { take, both }
}

/** What to tell after the newest record was taken in. */
export const mergedWords = (both: string[]): string => (both.length > 0
  ? `以下内容他人也改过，现保留的是您填写的：${both.join('、')}。请核对后再提交。`
  : '他人的修改已合并，您填写的内容都已保留，请核对后再提交。')
