/** The list with one of its items at another place. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const rest = items.filter((_, at) => at !== from)
  const item = items[from]
  if (item === undefined || to < 0 || to >= items.length) return [...items]
  return [...rest.slice(0, to), item, ...rest.slice(to)]
}
