import { createContext, useContext } from 'react'
import type { Operator } from './session'

/** The operator, for `useOperator`; the operator console provides it. */
export const OperatorContext = createContext<Operator | null>(null)

/** The signed-in operator; only below the operator console. */
export function useOperator(): Operator {
  const operator = useContext(OperatorContext)
  if (!operator) throw new Error('useOperator is used outside the operator console')
  return operator
}
