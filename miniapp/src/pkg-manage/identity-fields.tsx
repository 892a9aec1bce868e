import { normalId } from '@zhibu/api/member-rules'
import { isMobile, normalMobile } from '@zhibu/api/rules'
import { useState } from 'react'
import { TextField } from '@/kit/fields'
import { idFaultOf, isId, mobileFaultOf } from './rules'

/** Who somebody is, as typed and as sent; a state beside the form's draft, since the phone keeps none of it. */
export function useIdentity() {
  const [typed, setTyped] = useState({ idNumber: '', mobile: '' })
  return {
    typed,
    sent: { idNumber: normalId(typed.idNumber), mobile: normalMobile(typed.mobile) },
    whole: isId(typed.idNumber) && isMobile(typed.mobile),
    change: (part: Partial<typeof typed>) => setTyped((before) => ({ ...before, ...part })),
  }
}

interface Props { identity: ReturnType<typeof useIdentity>; faultOf: (field: string) => string | null; idHint?: string; mobileHint?: string }

/** The identity number and the mobile number of somebody who is not a member here yet. */
export const IdentityFields = ({ identity: { typed, change }, faultOf, idHint = '', mobileHint = '' }: Props) => (
  <>
    <TextField label="公民身份号码" must max={24} value={typed.idNumber} onChange={(idNumber) => change({ idNumber })} fault={faultOf('idNumber') ?? idFaultOf(typed.idNumber)} hint={`${idHint}不保存在手机上`} />
    <TextField label="手机号" must type="number" max={11} value={typed.mobile} onChange={(mobile) => change({ mobile })} fault={faultOf('mobile') ?? mobileFaultOf(typed.mobile)} hint={`${mobileHint}不保存在手机上`} />
  </>
)
