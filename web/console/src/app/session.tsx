import {
  CurrentOperatorDocument, CurrentSessionDocument, PendingPasswordChangeDocument,
  type OperatorFieldsFragment, type SessionFieldsFragment,
} from '@zhibu/api'
import { createContext, useContext } from 'react'
import { post } from '../net/post'
import { refreshOnce, setSignedIn } from '../net/recovery'

/** Who is signed in to the tenant console, with what they may see. */
export type Session = SessionFieldsFragment

/** Who is signed in to the operator console. */
export type Operator = OperatorFieldsFragment

/** Query keys of the two sessions. */
export const SESSION = ['session'] as const
export const OPERATOR = ['operator'] as const

/** The session, for `useSession`; the tenant console provides it. */
export const SessionContext = createContext<Session | null>(null)

/** The session of the tenant console; only below its shell. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession is used outside the console')
  return session
}

/** The current session, refreshed if only the short token ran out; `password` when it must change its password first. */
export async function loadSession(): Promise<Session | 'password' | null> {
  let session = (await post(CurrentSessionDocument, {}, 'tenant')).system.session
  if (!session) {
    if ((await post(PendingPasswordChangeDocument, {}, 'tenant')).system.passwordChange) return 'password'
    if (await refreshOnce('tenant')) session = (await post(CurrentSessionDocument, {}, 'tenant')).system.session
  }
  setSignedIn(Boolean(session))
  return session ?? null
}

/** The operator's session, refreshed if only the short token ran out. */
export async function loadOperator(): Promise<Operator | null> {
  let operator = (await post(CurrentOperatorDocument, {}, 'operator')).system.operatorSession
  if (!operator && (await refreshOnce('operator'))) operator = (await post(CurrentOperatorDocument, {}, 'operator')).system.operatorSession
  setSignedIn(Boolean(operator))
  return operator ?? null
}
