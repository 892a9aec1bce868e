import type { MiniOutcomeFragment, MiniSessionFragment } from '@zhibu/api/generated'
import { signal } from './signal'
import { keep, recall } from './storage'
import { tokens } from './tokens'

/** Who uses the program; kept, so that the first picture need not wait for the server. */
export const session = signal<MiniSessionFragment | null>(recall<MiniSessionFragment>('session'))

/** Notes who uses the program now. */
export function become(next: MiniSessionFragment | null): void {
  const before = session.get()
  // Pictures belong to a tenant, drafts to an account.
  if (before && next && before.tenant.id !== next.tenant.id) keep('pictures', null)
  keep('session', next)
  session.set(next)
}

/** Takes what a step of signing in gave; false when more is to be asked. */
export function enter(outcome: MiniOutcomeFragment): boolean {
  if (outcome.__typename !== 'MiniSigned') return false
  tokens.set(outcome.tokens ?? null)
  become(outcome.session)
  return true
}

/** Forgets the session of this phone. */
export function leave(): void {
  // The next person on this phone reads the policy for themselves.
  keep('consent', null)
  tokens.set(null)
  become(null)
}

/** Whether the person holds a permission. */
export const may = (permission: string): boolean => session.get()?.permissions.includes(permission) ?? false
