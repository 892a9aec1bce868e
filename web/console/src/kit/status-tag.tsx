import type { Words } from '@zhibu/api'

/** The word of a dictionary value, coloured by its tone. */
export function StatusTag<Key extends string>({ dict, value }: { dict: Words<Key>; value: Key }) {
  const word = dict[value] as Words<Key>[Key] | undefined
  return <span className={`z-tag z-tag--${word?.tone ?? 'off'}`}>{word?.label ?? value}</span>
}
