import { signal } from './signal'
import { keep, recall } from './storage'

/** 大字版: everything a size larger, on every page. */
export const large = signal(recall<boolean>('large') === true)

/** Switches the large type. */
export function setLarge(on: boolean): void {
  keep('large', on)
  large.set(on)
}
