import { signal } from './signal'
import { keep, recall } from './storage'

/** 演示环境: nothing here is real. */
export const sandbox = signal(recall<boolean>('sandbox') === true)

/** Notes what the server says of itself. */
export function noteSandbox(on: boolean): void {
  keep('sandbox', on)
  sandbox.set(on)
}
