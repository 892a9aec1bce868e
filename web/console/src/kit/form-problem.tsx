import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { errorSentence, type RequestError } from '../net/errors'

/** Why a form was refused, when no single field is to blame. */
export function FormProblem({ problem, action }: { problem: RequestError | null; action?: ReactNode }) {
  if (!problem) return null
  return <Alert className="z-gap-bottom" type="error" showIcon role="alert" title={errorSentence(problem)} action={action} />
}
