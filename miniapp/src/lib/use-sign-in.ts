import { MiniBindDocument, MiniChooseDocument, MiniSignInDocument, MiniStartDocument } from '@zhibu/api/documents/mini-session'
import type { MiniOutcomeFragment, MiniPhoneInput } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { isWeb, loginCode, platform } from '@/platform'
import { goOn } from './navigate'
import { post } from './post'
import { noteSandbox } from './sandbox'
import { enter } from './session'
import { keep, recall } from './storage'
import { useAction } from './use-action'
import { useQuery } from './use-query'

type Bind = Extract<MiniOutcomeFragment, { __typename: 'MiniBindingNeeded' }>
type Choice = Extract<MiniOutcomeFragment, { __typename: 'TenantChoice' }>

/** Kept while somebody who is bound wants to choose another tenant. */
export const SWITCHING = 'switching'

/** Where the person stands: reads the policy, refused it, signs in, proves a number, or chooses a tenant. */
export type Step = { at: 'consent' } | { at: 'refused' } | { at: 'start' } | { at: 'bind'; bind: Bind | null } | { at: 'choose'; choice: Choice }

/** The steps of signing in; nothing is asked of the platform before the policy is agreed to. */
export function useSignIn() {
  const start = useQuery(MiniStartDocument, {})
  const facts = start.data?.system.miniStart ?? null
  const [step, setStep] = useState<Step>({ at: 'consent' })
  const action = useAction()
  const agreed = (): Step => (isWeb ? { at: 'bind', bind: null } : { at: 'start' })
  useEffect(() => {
    if (!facts) return
    noteSandbox(facts.sandbox)
    if (recall<string>('consent') === facts.privacy.version) setStep(agreed())
  }, [facts])

  const led = (outcome: MiniOutcomeFragment) => {
    if (enter(outcome)) {
      keep(SWITCHING, null)
      goOn()
    } else if (outcome.__typename === 'MiniBindingNeeded') setStep({ at: 'bind', bind: outcome })
    else if (outcome.__typename === 'TenantChoice') setStep({ at: 'choose', choice: outcome })
  }
  const signIn = () => action.run(async () => {
    const given = await loginCode()
    if (given) led((await post(MiniSignInDocument, { input: { platform, ...given, again: recall<boolean>(SWITCHING) ?? false } })).system.miniSignIn)
  })
  const bind = (phone: MiniPhoneInput | null) => action.run(async () => {
    const ticket = step.at === 'bind' ? step.bind?.ticket ?? null : null
    led((await post(MiniBindDocument, { input: { platform, ticket, consent: facts?.privacy.version ?? '', phone } })).system.miniBind)
  })
  const choose = (tenant: string) => action.run(async () => {
    if (step.at === 'choose') led((await post(MiniChooseDocument, { input: { ticket: step.choice.ticket, tenant } })).system.miniChoose)
  })
  const agree = () => {
    keep('consent', facts?.privacy.version ?? null)
    setStep(agreed())
  }
  const refuse = () => {
    keep('consent', null)
    setStep({ at: 'refused' })
  }
  return { start, facts, step, action, signIn, bind, choose, agree, refuse, read: () => setStep({ at: 'consent' }), again: () => setStep(agreed()) }
}
