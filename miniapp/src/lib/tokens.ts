import { isWeb } from '@/platform'
import { keep, recall } from './storage'

interface Tokens { access: string; refresh: string }
let held: Tokens | null | undefined

/** The tokens of a mini-program; a web page has cookies and never any here. */
export const tokens = {
  access: (): string | null => load()?.access ?? null,
  refresh: (): string | null => load()?.refresh ?? null,
  set(next: Tokens | null): void {
    if (isWeb) return
    held = next
    keep('tokens', next)
  },
}

function load(): Tokens | null {
  if (held === undefined) held = isWeb ? null : recall<Tokens>('tokens')
  return held
}
